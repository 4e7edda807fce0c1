package io.loligo.proxy.access;

import java.util.List;

/** A word of the request is one of the words: method, proto, myportname. */
record WordAcl(String name, Which which, List<String> words) implements Acl {

    /** Which word of the request. */
    enum Which {
        METHOD,
        SCHEME,
        PORT_NAME
    }

    @Override
    public boolean looksAtConnectionOnly() {
        return which == Which.PORT_NAME;
    }

    @Override
    public boolean matches(RequestFacts facts) {
        String subject = switch (which) {
            case METHOD -> facts.head().method();
            case SCHEME -> facts.uri().scheme();
            case PORT_NAME -> facts.portName();
        };
        for (String word : words) {
            // An origin that takes "post" for POST must not be reached past a rule on POST.
            if (which == Which.PORT_NAME ? word.equals(subject) : word.equalsIgnoreCase(subject)) {
                return true;
            }
        }
        return false;
    }

    @Override
    public boolean isAboutManager() {
        return which == Which.SCHEME && names("cache_object");
    }

    @Override
    public boolean namesMethod(String method) {
        return which == Which.METHOD && names(method);
    }

    private boolean names(String word) {
        return words.stream().anyMatch(word::equalsIgnoreCase);
    }
}
