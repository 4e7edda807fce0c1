package io.loligo.proxy.access;

import io.loligo.proxy.access.AccessList.Term;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Makes acls of their lines, by the row of their {@link AclType}. Squid's acl directive. */
public final class AclParser {
    private final HostNames hostNames;
    private final Function<String, @Nullable Acl> defined;

    /**
     * @param hostNames resolves names in src and localip
     * @param defined the acl of a name, for groups; null when there is none
     */
    public AclParser(HostNames hostNames, Function<String, @Nullable Acl> defined) {
        this.hostNames = hostNames;
        this.defined = defined;
    }

    /** Where the parser says what is wrong with a line. */
    public interface Complaints {
        void error(String message);

        void warning(String message);

        /** An item cannot be used and is left out: an error if the acl decides anything. */
        void leftOut(String message);
    }

    /**
     * One acl line.
     *
     * @param items what follows the type
     */
    public record Line(List<String> items, Complaints complaints) {}

    /** Makes the acl {@code name} of all its lines. */
    public Acl parse(String name, AclType type, List<Line> lines) {
        return type.read(this, name, lines);
    }

    /** Whether {@code item} is a port or a range of ports, as localport takes them. */
    public static boolean isPorts(String item) {
        return AclItems.isPorts(item);
    }

    /** Whether {@code port} is in the range {@code item}. */
    public static boolean isPortIn(int port, String item) {
        return AclItems.isPortIn(port, item);
    }

    /** Addresses, ranges of them and host names, which are resolved here and now. */
    AddressSet addresses(List<Line> lines) {
        AddressSet.Builder builder = AddressSet.builder();
        for (Line line : lines) {
            for (String item : line.items) {
                if (item.startsWith("-")) {
                    line.complaints.error("there is no option " + item);
                } else if (!builder.add(item)) {
                    resolve(item, builder, line.complaints);
                } else if (item.startsWith("0.0.0.0") || item.equals("0/0")) {
                    line.complaints.warning(item + " is read as all; write all");
                }
            }
        }
        return builder.build();
    }

    private void resolve(String name, AddressSet.Builder builder, Complaints complaints) {
        if (!name.chars().allMatch(c -> c < 0x80 && (Character.isLetterOrDigit(c) || c == '-' || c == '.' || c == '_'))
                || name.chars().noneMatch(Character::isLetter)) {
            complaints.error("not an address, range or host name: " + name);
            return;
        }
        List<InetAddress> addresses = hostNames.addresses(name);
        if (addresses.isEmpty()) {
            complaints.error("the host name " + name + " does not resolve");
        }
        addresses.forEach(builder::add);
    }

    /** any-of and all-of: names of acls, perhaps negated. */
    Acl group(String name, List<Line> lines, boolean all) {
        List<List<Term>> groups = new ArrayList<>();
        for (Line line : lines) {
            List<Term> terms = new ArrayList<>();
            boolean whole = true;
            for (String item : line.items) {
                boolean negated = item.startsWith("!");
                Acl member = defined.apply(negated ? item.substring(1) : item);
                if (member == null) {
                    line.complaints.error("there is no acl " + (negated ? item.substring(1) : item) + " above");
                    whole = false;
                } else {
                    terms.add(new Term(negated, member));
                }
            }
            if (!all) {
                terms.forEach(term -> groups.add(List.of(term)));
            } else if (whole && !terms.isEmpty()) {
                groups.add(List.copyOf(terms));
            }
        }
        return new GroupAcl(name, List.copyOf(groups));
    }
}
