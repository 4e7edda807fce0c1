package io.loligo.cache.store;

import io.loligo.cache.key.EffectiveUri;

/**
 * Which stored responses a purge is about. A URL's text is that of {@link EffectiveUri#toString}: scheme and host in lower
 * case, no default port, path and query byte for byte as they were asked for.
 */
public sealed interface PurgeTarget {

    /** Every variant of one URL, whichever peers may serve it. */
    record Url(EffectiveUri uri) implements PurgeTarget {
        @Override
        public <R> R match(Cases<R> cases) {
            return cases.url(this);
        }
    }

    /** Every URL whose text begins with {@code text}. */
    record Prefix(String text) implements PurgeTarget {
        @Override
        public <R> R match(Cases<R> cases) {
            return cases.prefix(this);
        }
    }

    /** Every URL of {@code host}, in lower case, whatever its scheme and port. */
    record Host(String host) implements PurgeTarget {
        @Override
        public <R> R match(Cases<R> cases) {
            return cases.host(this);
        }
    }

    /** Every URL whose whole text {@code glob} matches: {@code *} stands for any characters, {@code ?} for one. */
    record Glob(String glob) implements PurgeTarget {
        @Override
        public <R> R match(Cases<R> cases) {
            return cases.glob(this);
        }
    }

    /** Every URL in whose text {@code re2}, in the syntax of RE2, is found. */
    record Pattern(String re2) implements PurgeTarget {
        @Override
        public <R> R match(Cases<R> cases) {
            return cases.pattern(this);
        }
    }

    /** Every response that bears {@code tag} in one of the fields that carry tags; compared byte for byte. */
    record Tag(String tag) implements PurgeTarget {
        @Override
        public <R> R match(Cases<R> cases) {
            return cases.tag(this);
        }
    }

    /** Everything. */
    record All() implements PurgeTarget {
        @Override
        public <R> R match(Cases<R> cases) {
            return cases.all(this);
        }
    }

    <R> R match(Cases<R> cases);

    /** One method per kind: a new one does not compile until everybody who tells them apart knows it. */
    interface Cases<R> {
        R url(Url target);

        R prefix(Prefix target);

        R host(Host target);

        R glob(Glob target);

        R pattern(Pattern target);

        R tag(Tag target);

        R all(All target);
    }
}
