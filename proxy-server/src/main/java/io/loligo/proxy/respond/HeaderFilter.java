package io.loligo.proxy.respond;

import io.loligo.cache.http.FieldNames;
import io.loligo.cache.http.Fields;
import io.loligo.cache.http.ResponseHead;
import io.loligo.cache.status.ResultCode;
import io.loligo.proxy.access.AccessList;
import io.loligo.proxy.access.RequestFacts;
import io.loligo.proxy.config.ClientMask;
import io.loligo.proxy.config.HeaderRules;
import io.loligo.proxy.config.HeaderRules.Access;
import io.loligo.proxy.config.HeaderRules.Added;
import io.loligo.proxy.config.SquidFieldNames;
import io.loligo.proxy.log.HeaderValue;
import io.loligo.proxy.log.SentHead;
import io.loligo.proxy.log.Transaction;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Applies {@link HeaderRules} to messages that go one way, after everything else was decided about their fields: takes away,
 * replaces and adds. What belongs to connections and lengths is not touched, and a request keeps its Host.
 *
 * <p>Immutable, used by any thread.
 */
public final class HeaderFilter {
    private static final String HOST = "Host";
    /** What would break the message. */
    private static final FieldNames KEPT = FieldNames.of(List.of(
            "Connection",
            "Content-Length",
            "Expect",
            "Keep-Alive",
            "Proxy-Connection",
            "TE",
            "Trailer",
            "Transfer-Encoding",
            "Upgrade"));

    private static final String EMPTY_VALUE = "-";

    private final List<Named> named;
    private final @Nullable Access other;
    private final @Nullable Access all;
    private final List<Addition> added;
    private final boolean ofRequests;
    private final boolean looksAtReply;
    private final boolean constant;

    private record Named(String name, Access access) {}

    /** @param constant the value where it is the same in every message; null where {@code value} makes it */
    private record Addition(String name, @Nullable String constant, HeaderValue value, AccessList list, String line) {}

    /**
     * A message whose fields are decided on.
     *
     * @param facts what acls look at: of the connection only where the request could not be understood
     * @param isUnderstood whether the request could
     * @param transaction what logformat's codes look at
     */
    public record Message(RequestFacts facts, boolean isUnderstood, Supplier<Transaction> transaction) {

        /** A request to an origin. The same for each time that it is asked for. */
        public static Message request(RequestFacts facts) {
            return new Message(
                    facts,
                    true,
                    () -> Transaction.exchange(
                            0,
                            facts.loggedClient(),
                            facts.head(),
                            facts,
                            ResultCode.NONE_NONE,
                            new Transaction.Reply(0, null, SentHead.NONE, 0, 0, false),
                            Transaction.Route.NONE));
        }

        private boolean isAllowedBy(AccessList list) {
            return isUnderstood ? list.decide(facts).allowed() : list.allowsConnection(facts);
        }
    }

    private HeaderFilter(HeaderRules rules, ClientMask mask, boolean ofRequests) {
        this.named = rules.named().entrySet().stream()
                .map(rule -> new Named(rule.getKey(), rule.getValue()))
                .toList();
        this.other = rules.other();
        this.all = rules.all();
        this.added = rules.added().stream().map(each -> addition(each, mask)).toList();
        this.ofRequests = ofRequests;
        this.looksAtReply = named.stream().anyMatch(rule -> rule.access().list().looksAtReply())
                || looksAtReply(other)
                || looksAtReply(all)
                || added.stream().anyMatch(each -> each.list().looksAtReply());
        this.constant = other == null
                && all == null
                && named.stream()
                        .allMatch(rule -> rule.access().replacement() == null
                                && rule.access().list().isConstant())
                && added.stream()
                        .allMatch(each -> each.constant() != null && each.list().isConstant());
    }

    private static Addition addition(Added added, ClientMask mask) {
        String constant = added.constant();
        return new Addition(
                added.name(),
                constant == null ? null : constant.isBlank() ? EMPTY_VALUE : constant.strip(),
                new HeaderValue(added.value(), mask),
                added.list(),
                added.line());
    }

    private static boolean looksAtReply(@Nullable Access access) {
        return access != null && access.list().looksAtReply();
    }

    /** What {@code rules} make of requests to origins; null for nothing. */
    public static @Nullable HeaderFilter ofRequests(HeaderRules rules, ClientMask mask) {
        return rules.isNone() ? null : new HeaderFilter(rules, mask, true);
    }

    /** What {@code rules} make of answers to clients; null for nothing. */
    public static @Nullable HeaderFilter ofReplies(HeaderRules rules, ClientMask mask) {
        return rules.isNone() ? null : new HeaderFilter(rules, mask, false);
    }

    /** Whether it does the same to all messages: takes certain fields away and adds certain lines. */
    public boolean isConstant() {
        return constant;
    }

    /** {@code facts} as the rules need them for an answer. */
    public RequestFacts withReply(RequestFacts facts, int status, String reason, Fields fields) {
        return looksAtReply ? facts.withReply(new ResponseHead(status, reason, fields)) : facts;
    }

    /** {@code fields} as they go out. */
    public Fields apply(Fields fields, Message message) {
        Fields.Builder going = Fields.builder(fields.size() + added.size());
        for (int i = 0; i < fields.size(); i++) {
            String value = passed(fields.name(i), fields.value(i), message);
            if (value != null) {
                going.add(fields.name(i), value);
            }
        }
        for (int i = 0; i < added.size(); i++) {
            Addition each = added.get(i);
            if (!message.isAllowedBy(each.list())) {
                continue;
            }
            String value = each.constant() != null
                    ? each.constant()
                    : each.value().of(message.transaction().get());
            if (ofRequests && each.name().equalsIgnoreCase(HOST)) {
                // Two would make the request malformed. RFC 9112 §3.2
                Fields others = going.build().without(HOST);
                going = Fields.builder(others.size() + added.size())
                        .add(HOST, value)
                        .addAll(others);
            } else {
                going.add(each.name(), value);
            }
        }
        return going.build();
    }

    /** The constant lines that are added to every message, and {@code fields} without those that no message has. */
    Fields constantly(Fields fields) {
        if (!constant) {
            throw new IllegalStateException("what becomes of the fields depends on the message");
        }
        Fields.Builder going = Fields.builder();
        fields.forEach((name, value) -> {
            if (!deniesAlways(name)) {
                going.add(name, value);
            }
        });
        added.forEach(each -> going.add(each.name(), Objects.requireNonNull(each.constant())));
        return going.build();
    }

    /** Whether no message has the field {@code name}. For constant rules only. */
    boolean deniesAlways(String name) {
        Access access = KEPT.contains(name) ? null : access(name);
        return access != null
                && !access.list().rules().isEmpty()
                && !access.list().rules().get(0).allows();
    }

    /** What goes in the place of {@code value}; null where the field does not go. */
    public @Nullable String passed(String name, String value, Message message) {
        Access access = KEPT.contains(name) ? null : access(name);
        if (access == null || message.isAllowedBy(access.list())) {
            return value;
        }
        return access.replacement() == null && ofRequests && FieldNames.isSame(name, HOST)
                ? value
                : access.replacement();
    }

    /** Whether the field {@code name} of {@code message} is taken away or replaced. */
    public boolean denies(String name, Message message) {
        Access access = KEPT.contains(name) ? null : access(name);
        return access != null && !message.isAllowedBy(access.list());
    }

    /**
     * What the rules do to a field.
     *
     * @param field its name
     * @param what {@code denied}, {@code replaced} or {@code added}
     * @param line the line that says so, with its place; the name of the directive where none does
     */
    public record Effect(String field, String what, String line) {}

    /** What {@link #apply} does to {@code fields}, in its order, for people. */
    public List<Effect> effects(Fields fields, Message message) {
        List<Effect> effects = new ArrayList<>();
        for (int i = 0; i < fields.size(); i++) {
            String name = fields.name(i);
            Access access = KEPT.contains(name) ? null : access(name);
            String passed = passed(name, fields.value(i), message);
            if (access != null && denies(name, message) && !fields.value(i).equals(passed)) {
                effects.add(new Effect(name, passed == null ? "denied" : "replaced", line(access.list(), message)));
            }
        }
        for (Addition each : added) {
            if (message.isAllowedBy(each.list())) {
                effects.add(new Effect(each.name(), "added", each.line()));
            }
        }
        return List.copyOf(effects);
    }

    private static String line(AccessList list, Message message) {
        AccessList.Rule rule = list.decide(message.facts()).rule();
        return rule == null ? list.directive() + ", by the opposite of its last line" : rule.text();
    }

    /** The rule for a field: its own, else that of {@code Other}, else that of {@code All}; null for none. */
    private @Nullable Access access(String name) {
        for (int i = 0; i < named.size(); i++) {
            if (FieldNames.isSame(named.get(i).name(), name)) {
                return named.get(i).access();
            }
        }
        return other != null && !SquidFieldNames.contains(name) ? other : all;
    }
}
