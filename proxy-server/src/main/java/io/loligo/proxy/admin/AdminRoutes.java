package io.loligo.proxy.admin;

import com.fasterxml.jackson.core.JsonProcessingException;
import io.loligo.cache.store.PurgeOrder;
import io.loligo.cache.store.PurgeReceipt;
import io.loligo.cache.store.PurgeRefused;
import io.loligo.cache.store.PurgeTarget;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * The requests that the admin listener answers: one row each, with the method, the path, the roles that may make it, whether
 * its body is read, and the answer. Knows nothing of sockets.
 */
final class AdminRoutes {
    private static final Set<AdminRole> READERS = Set.of(AdminRole.READ, AdminRole.ALL);
    private static final Set<AdminRole> PURGERS = Set.of(AdminRole.PURGE, AdminRole.ALL);
    private static final Set<AdminRole> OPERATORS = Set.of(AdminRole.ALL);
    private static final Set<AdminRole> EVERYBODY = Set.of(AdminRole.values());

    /** The last segment of a path that stands for any text. */
    private static final String ID = "ID";

    /** Digits of a purge's id that are looked at. */
    private static final int ID_DIGITS_LIMIT = 18;

    private final AdminActions actions;
    private final List<Route> routes;

    /** Makes the answer to a request. Called by a thread that may wait. */
    @FunctionalInterface
    interface Answering {
        /**
         * Makes the answer.
         *
         * @param id the last segment of the path, where the row's path ends with {@code ID}; else empty
         * @param body the request's body; empty where the row has {@code Body.NONE}
         */
        AdminAnswer answer(String id, byte[] body);
    }

    enum Body {
        NONE,
        READ
    }

    /**
     * A row of the table.
     *
     * @param path what the request's path is, or, where it ends with {@code /ID}, what it begins with
     * @param roles of whose tokens the request's must be one
     */
    record Route(String method, String path, Set<AdminRole> roles, Body body, Answering answering) {
        private boolean takesId() {
            return path.endsWith("/" + ID);
        }

        private boolean matches(String requestPath) {
            return takesId() ? requestPath.startsWith(prefix()) : requestPath.equals(path);
        }

        private String id(String requestPath) {
            return takesId() ? requestPath.substring(prefix().length()) : "";
        }

        private String prefix() {
            return path.substring(0, path.length() - ID.length());
        }
    }

    /** What a request's method and path lead to. */
    sealed interface Match {
        /** The row of the request. */
        record Found(Route route, String id) implements Match {
            AdminAnswer answer(byte[] body) {
                return route.answering().answer(id, body);
            }
        }

        /** There is no such row, or not for this role; the answer says what is expected. */
        record Refused(AdminAnswer answer) implements Match {}
    }

    AdminRoutes(AdminActions actions) {
        this.actions = actions;
        routes = List.of(
                new Route("GET", "/status", READERS, Body.NONE, (id, body) -> status()),
                new Route("GET", "/stats", READERS, Body.NONE, (id, body) -> stats()),
                new Route("POST", "/purge", PURGERS, Body.READ, (id, body) -> purge(body)),
                new Route("GET", "/purges", EVERYBODY, Body.NONE, (id, body) -> receipts()),
                new Route("GET", "/purges/" + ID, EVERYBODY, Body.NONE, (id, body) -> receipt(id)),
                new Route("POST", "/explain", READERS, Body.READ, (id, body) -> explain(body)),
                new Route("POST", "/reload", OPERATORS, Body.NONE, (id, body) -> reload()),
                new Route("POST", "/stop", OPERATORS, Body.NONE, (id, body) -> stop()));
    }

    /**
     * Looks up a request.
     *
     * @param path the request's path as received, without the query
     * @param role of the request's token
     */
    Match match(String method, String path, AdminRole role) {
        List<Route> ofPath =
                routes.stream().filter(route -> route.matches(path)).toList();
        if (ofPath.isEmpty()) {
            String known = routes.stream().map(Route::path).distinct().collect(Collectors.joining(", "));
            return new Match.Refused(AdminAnswer.error(404, "no such path: " + path + "; there are " + known));
        }
        for (Route route : ofPath) {
            if (route.method().equals(method)) {
                return route.roles().contains(role)
                        ? new Match.Found(route, route.id(path))
                        : new Match.Refused(
                                AdminAnswer.error(403, "this token does not allow " + method + " " + route.path()));
            }
        }
        String allowed = ofPath.stream().map(Route::method).distinct().collect(Collectors.joining(", "));
        return new Match.Refused(
                AdminAnswer.error(405, path + " takes " + allowed).with("Allow", allowed));
    }

    private AdminAnswer status() {
        return AdminAnswer.json(200, AdminJson.status(actions.status()));
    }

    private AdminAnswer stats() {
        return AdminAnswer.json(200, AdminJson.stats(actions.stats()));
    }

    private AdminAnswer purge(byte[] body) {
        PurgeRequest request;
        try {
            request = PurgeRequest.parse(AdminJson.parse(body));
        } catch (JsonProcessingException malformed) {
            return notJson(malformed);
        } catch (PurgeRequest.Refused refused) {
            return AdminAnswer.error(refused.status(), String.valueOf(refused.getMessage()));
        }
        List<Map<String, Object>> outcomes = new ArrayList<>();
        for (PurgeRequest.Wanted wanted : request.wanted()) {
            PurgeTarget target = wanted.target();
            if (target == null) {
                outcomes.add(AdminJson.refused(wanted, String.valueOf(wanted.problem())));
                continue;
            }
            try {
                outcomes.add(
                        request.dryRun()
                                ? AdminJson.preview(wanted, actions.preview(target, PurgeRequest.SAMPLE_LIMIT))
                                : AdminJson.receipt(wanted, actions.purge(new PurgeOrder(target, request.soft()))));
            } catch (PurgeRefused refused) {
                if (!request.isList()) {
                    return AdminAnswer.error(400, String.valueOf(refused.getMessage()));
                }
                outcomes.add(AdminJson.refused(wanted, String.valueOf(refused.getMessage())));
            }
        }
        return AdminAnswer.json(200, Map.of(request.dryRun() ? "previews" : "receipts", outcomes));
    }

    private AdminAnswer receipts() {
        return AdminAnswer.json(
                200,
                Map.of(
                        "receipts",
                        actions.receipts().stream().map(AdminJson::receipt).toList()));
    }

    private AdminAnswer receipt(String id) {
        boolean number = !id.isEmpty()
                && id.length() <= ID_DIGITS_LIMIT
                && id.chars().allMatch(digit -> digit >= '0' && digit <= '9');
        PurgeReceipt receipt = number ? actions.receipt(Long.parseLong(id)) : null;
        return receipt == null
                ? AdminAnswer.error(404, "no purge " + id + " is known; there never was one, or it is too long ago")
                : AdminAnswer.json(200, AdminJson.receipt(receipt));
    }

    private AdminAnswer explain(byte[] body) {
        ExplainOrder order;
        try {
            order = ExplainOrder.parse(AdminJson.parse(body));
        } catch (JsonProcessingException malformed) {
            return notJson(malformed);
        }
        if (order == null) {
            return AdminAnswer.error(
                    400,
                    "expected {\"url\":\"http://…\"} and, as wanted, \"method\", \"fields\":[[\"name\",\"value\"], …],"
                            + " \"at\", \"port\", \"client\", each a text");
        }
        try {
            return AdminAnswer.json(200, actions.explain(order));
        } catch (ExplainOrder.Refused refused) {
            return AdminAnswer.error(400, String.valueOf(refused.getMessage()));
        }
    }

    private AdminAnswer reload() {
        ReloadResult result = actions.reload();
        return AdminAnswer.json(result.applied() ? 200 : 409, AdminJson.reload(result));
    }

    /** The stop closes the listener, so it begins after the answer. */
    private AdminAnswer stop() {
        return AdminAnswer.json(202, Map.of("stopping", true)).then(actions::stop);
    }

    private static AdminAnswer notJson(JsonProcessingException malformed) {
        return AdminAnswer.error(400, "not JSON: " + malformed.getOriginalMessage());
    }
}
