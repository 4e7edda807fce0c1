package io.loligo.proxy.access;

import static org.assertj.core.api.Assertions.assertThat;

import io.loligo.cache.http.Fields;
import io.loligo.cache.http.ResponseHead;
import io.loligo.proxy.access.AclParser.Complaints;
import io.loligo.proxy.access.AclParser.Line;
import java.time.Clock;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@DisplayName("acls of type time, random and has")
class TimeAndShareAclTest {
    private static final ZoneId ZONE = ZoneId.of("Europe/Zurich");

    private final List<String> complaints = new ArrayList<>();

    /** 2026-11-30 is a Monday. */
    @ParameterizedTest(name = "{0} at {1}: {2}")
    @CsvSource(textBlock = """
            MTWHF 09:00-17:00,         2026-11-30T09:00:00, true
            MTWHF 09:00-17:00,         2026-11-30T17:00:59, true
            MTWHF 09:00-17:00,         2026-11-30T17:01:00, false
            MTWHF 09:00-17:00,         2026-11-30T08:59:59, false
            MTWHF 09:00-17:00,         2026-12-05T12:00:00, false
            D 9:00-17:00,              2026-12-04T12:00:00, true
            D,                         2026-12-04T23:59:59, true
            D,                         2026-12-06T12:00:00, false
            S,                         2026-12-06T00:00:00, true
            AS,                        2026-12-05T12:00:00, true
            H,                         2026-12-03T12:00:00, true
            T,                         2026-12-03T12:00:00, false
            M T,                       2026-12-01T12:00:00, true
            00:00-06:00,               2026-12-06T05:30:00, true
            22:00-24:00,               2026-12-06T23:59:59, true
            M 1:00-2:00 3:00-4:00,     2026-11-30T03:30:00, true
            M 1:00-2:00 T 3:00-4:00,   2026-12-01T03:30:00, true
            """)
    void time(String items, LocalDateTime now, boolean matches) {
        TimeAcl acl = new TimeAcl(
                "x", AclItems.times(lines(items)), Clock.fixed(now.atZone(ZONE).toInstant(), ZONE));

        assertThat(acl.matches(Requests.get("http://www.example.org/"))).isEqualTo(matches);
        assertThat(complaints).isEmpty();
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(textBlock = """
            0.25,      0.25
            1/4,       0.25
            1:3,       0.25
            0,         0
            1,         1
            1:0,       1
            .5,        0.5
            """)
    void random(String item, double share) {
        double read = AclItems.share(lines(item));

        assertThat(read).isEqualTo(share);
        assertThat(complaints).isEmpty();
        RequestFacts facts = Requests.get("http://www.example.org/");
        assertThat(new RandomAcl("x", read, () -> share - 0.001).matches(facts)).isTrue();
        assertThat(new RandomAcl("x", read, () -> share).matches(facts)).isFalse();
    }

    @ParameterizedTest(name = "{0} {1}")
    @CsvSource(textBlock = """
            time,   MTX,          no day of the week: X
            time,   17:00-09:00,  not a span of time of one day
            time,   9-17,         not a span of time of one day
            time,   09:60-10:00,  not a span of time of one day
            time,   09:00-24:01,  not a span of time of one day
            random, 1.5,          no share of requests
            random, 3/2,          no share of requests
            random, 0/0,          no share of requests
            random, -0.5,         no share of requests
            random, NaN,          no share of requests
            random, 1e-3,         no share of requests
            has,    answer,       nothing that can be known
            """)
    void complaints(String type, String item, String message) {
        new AclParser(name -> List.of(), name -> new EveryRequestAcl(name))
                .parse("x", AclType.find(type).orElseThrow(), lines(item));

        assertThat(complaints).hasSize(1);
        assertThat(complaints.get(0)).contains(message).contains("expected");
    }

    @ParameterizedTest(name = "{0}, with an answer: {1}")
    @CsvSource({"response, false, false", "response, true, true", "request, false, true", "ALE response, false, true"})
    void has(String items, boolean answered, boolean matches) {
        HasAcl acl = new HasAcl("x", AclItems.hasMoreThanResponse(lines(items)));
        RequestFacts facts = Requests.get("http://www.example.org/");
        RequestFacts known = answered ? facts.withReply(new ResponseHead(200, "OK", Fields.EMPTY)) : facts;

        assertThat(acl.matches(known)).isEqualTo(matches);
    }

    private List<Line> lines(String items) {
        Complaints collected = new Complaints() {
            @Override
            public void error(String message) {
                complaints.add(message);
            }

            @Override
            public void warning(String message) {
                complaints.add(message);
            }

            @Override
            public void leftOut(String message) {
                complaints.add(message);
            }
        };
        return List.of(new Line(List.of(items.strip().split(" ", -1)), collected));
    }
}
