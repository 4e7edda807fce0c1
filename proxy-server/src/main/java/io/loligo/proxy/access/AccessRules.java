package io.loligo.proxy.access;

import io.loligo.proxy.access.AccessList.AccessVerdict;
import io.loligo.proxy.access.AccessList.Rule;
import java.util.List;

/**
 * Who may ask at all: http_access, and before it the two doors that Squid keeps open more widely. Immutable, evaluated
 * by any thread.
 *
 * @param httpAccess http_access
 * @param managerNamed whether a rule of it names an acl about the manager; without one, manager pages are closed to
 *     clients that are not on this machine, and to requests that say that a proxy sent them on: a proxy on this machine
 *     connects from it for everybody
 * @param purgeMethodEnabled whether an acl of type method names PURGE; without one, the method is refused
 * @param forwardingDecided whether follow_x_forwarded_for says whose word is taken for who a client is. Where it does not,
 *     no rule opens PURGE or the manager to a request for its loopback address if the request says that a proxy sent it on
 */
public record AccessRules(
        AccessList httpAccess, boolean managerNamed, boolean purgeMethodEnabled, boolean forwardingDecided) {
    /** What the paths of manager pages begin with. */
    public static final String MANAGER_PATH = "/squid-internal-mgr/";

    private static final Rule PURGE_OFF = new Rule(false, List.of(), "PURGE is off: no acl of type method names it");
    private static final Rule MANAGER_CLOSED = new Rule(
            false, List.of(), "manager pages are closed to other machines: no http_access rule names the manager");

    private static final Rule MANAGER_CLOSED_BEHIND_PROXIES = new Rule(
            false,
            List.of(),
            "manager pages are closed to requests that a proxy sent on: no http_access rule names the manager");

    private static final Rule LOOPBACK_BEHIND_PROXIES = new Rule(
            false,
            List.of(),
            "PURGE and manager pages are not opened by a loopback address to a request that a proxy sent on:"
                    + " no follow_x_forwarded_for line says whom to believe");

    public AccessVerdict decide(RequestFacts facts) {
        if (!purgeMethodEnabled && facts.head().isMethod("PURGE")) {
            return new AccessVerdict(false, PURGE_OFF, null);
        }
        if (!managerNamed && isManager(facts)) {
            if (!facts.client().getAddress().isLoopbackAddress()) {
                return new AccessVerdict(false, MANAGER_CLOSED, null);
            }
            if (ForwardedFor.isForwarded(facts.head().fields())) {
                return new AccessVerdict(false, MANAGER_CLOSED_BEHIND_PROXIES, null);
            }
        }
        AccessVerdict verdict = httpAccess.decide(facts);
        if (verdict.allowed()
                && facts.client().getAddress().isLoopbackAddress()
                && (facts.head().isMethod("PURGE") || isManager(facts))
                && !forwardingDecided
                && ForwardedFor.isForwarded(facts.head().fields())
                && !httpAccess.decide(facts.withUnknownClient()).allowed()) {
            return new AccessVerdict(false, LOOPBACK_BEHIND_PROXIES, null);
        }
        return verdict;
    }

    /** Whether a request is for the cache manager: {@code /squid-internal-mgr/} on any port, or {@code cache_object:}. */
    public static boolean isManager(RequestFacts facts) {
        return facts.uri().pathAndQuery().startsWith(MANAGER_PATH)
                || facts.uri().scheme().equals("cache_object");
    }
}
