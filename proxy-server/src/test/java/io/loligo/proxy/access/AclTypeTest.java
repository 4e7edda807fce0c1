package io.loligo.proxy.access;

import static org.assertj.core.api.Assertions.assertThat;

import io.loligo.proxy.access.AclParser.Complaints;
import io.loligo.proxy.access.AclParser.Line;
import io.loligo.proxy.access.AclType.LooksAt;
import io.loligo.proxy.access.AclType.State;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class AclTypeTest {

    @DisplayName("every row says what its acls are, and its names lead to it")
    @ParameterizedTest
    @EnumSource(AclType.class)
    void complete(AclType type) {
        assertThat(AclType.find(type.word())).contains(type);
        assertThat(type.olderNames())
                .allSatisfy(name -> assertThat(AclType.find(name)).contains(type));
        assertThat(type.meaning()).hasSizeGreaterThan(10).doesNotEndWith(".").doesNotContain("|");
        assertThat(type.syntax().isEmpty()).isEqualTo(type == AclType.CONNECTIONS_ENCRYPTED);
        assertThat(type.syntax().contains("REGEX")).isEqualTo(type.isRegex() || type == AclType.URLLOGIN);
        assertThat(type.looksAt() == LooksAt.NOTHING).isEqualTo(type.state() != State.WORKS);
    }

    @Test
    @DisplayName("no two rows share a name")
    void names() {
        List<String> names = new ArrayList<>();
        for (AclType type : AclType.values()) {
            names.add(type.word());
            names.addAll(type.olderNames());
        }

        assertThat(names).doesNotHaveDuplicates();
        assertThat(AclType.find("nonsense")).isEmpty();
    }

    @Test
    @DisplayName("all of Squid's types have a row: how many work")
    void states() {
        assertThat(Arrays.stream(AclType.values())
                        .collect(Collectors.groupingBy(AclType::state, Collectors.counting())))
                .containsEntry(State.WORKS, 23L)
                .containsEntry(State.NOT_YET, 28L)
                .containsEntry(State.REFUSED, 10L);
    }

    @DisplayName("what a row says its acls look at is what they look at; one that does not work cannot be evaluated")
    @ParameterizedTest
    @EnumSource(AclType.class)
    void looksAt(AclType type) {
        Acl acl = parse(type, "1");

        assertThat(acl.name()).isEqualTo("x");
        assertThat(acl.unsupported().isPresent()).isEqualTo(type.state() != State.WORKS);
        assertThat(acl.looksAtReply()).isEqualTo(type.looksAt() == LooksAt.REPLY);
        if (type.looksAt() != LooksAt.ITS_MEMBERS) {
            assertThat(acl.looksAtConnectionOnly()).isEqualTo(type.looksAt() == LooksAt.CONNECTION);
        }
    }

    @DisplayName("a group looks at what its members look at")
    @ParameterizedTest(name = "{0}, {1}")
    @CsvSource(textBlock = """
            SRC,         LOCALPORT,    true,  false
            SRC,         METHOD,       false, false
            SRC,         HTTP_STATUS,  false, true
            REP_HEADER,  HTTP_STATUS,  false, true
            """)
    void groups(AclType one, AclType other, boolean connectionOnly, boolean reply) {
        Acl group = parse(one, "200").or(parse(other, "200"));

        assertThat(group.looksAtConnectionOnly()).isEqualTo(connectionOnly);
        assertThat(group.looksAtReply()).isEqualTo(reply);
    }

    /** An acl {@code x} of one item, before which there is whatever the type wants there. */
    private static Acl parse(AclType type, String item) {
        List<String> items = switch (type) {
            case REQ_HEADER, REP_HEADER -> List.of("X-Field", item);
            case HTTP_STATUS -> List.of("200");
            case SRC, LOCALIP -> List.of("192.0.2.1");
            case TIME -> List.of("MTWHF", "09:00-17:00");
            case HAS -> List.of("response");
            default -> List.of(item);
        };
        HostNames noNames = name -> List.of();
        Complaints none = new Complaints() {
            @Override
            public void error(String message) {
                throw new AssertionError(message);
            }

            @Override
            public void warning(String message) {
                throw new AssertionError(message);
            }

            @Override
            public void leftOut(String message) {
                throw new AssertionError(message);
            }
        };
        return new AclParser(noNames, name -> new EveryRequestAcl(name))
                .parse("x", type, List.of(new Line(items, none)));
    }
}
