package io.loligo.proxy.access;

import java.util.List;

/** The URL holds one of the words: cache_stoplist of old. */
public record UrlWordsAcl(String name, List<String> words) implements Acl {
    @Override
    public boolean matches(RequestFacts facts) {
        String url = facts.uri().toString();
        for (String word : words) {
            if (url.contains(word)) {
                return true;
            }
        }
        return false;
    }
}
