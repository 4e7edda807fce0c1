package io.loligo.proxy;

/** The version of Loligo, which the build writes into the jar's manifest. */
public final class Version {
    /** For example {@code 0.1.0}; {@code dev} when the classes do not come from a jar. */
    public static final String NUMBER = number();

    private Version() {}

    private static String number() {
        String version = Version.class.getPackage().getImplementationVersion();
        return version == null ? "dev" : version.replace("-SNAPSHOT", "");
    }
}
