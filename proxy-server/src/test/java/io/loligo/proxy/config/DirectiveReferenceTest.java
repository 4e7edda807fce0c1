package io.loligo.proxy.config;

import static org.assertj.core.api.Assertions.assertThat;

import io.loligo.proxy.access.AclType;
import io.loligo.proxy.access.PredefinedAcl;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DirectiveReferenceTest {
    private final List<String> lines = DirectiveReference.markdown().lines().toList();

    @Test
    @DisplayName("every directive, every acl type and every predefined acl has one row")
    void complete() {
        DirectiveTable.rows()
                .forEach(row -> assertThat(lines)
                        .as(row.name())
                        .filteredOn(line -> line.startsWith("| `" + row.name() + "`") && line.contains(row.meaning()))
                        .hasSize(1));
        Arrays.stream(AclType.values())
                .forEach(type -> assertThat(lines)
                        .as(type.word())
                        .filteredOn(line -> line.startsWith("| `" + type.word() + "`")
                                && line.contains(type.meaning().replace("|", "\\|")))
                        .hasSize(1));
        Arrays.stream(PredefinedAcl.values())
                .forEach(predefined -> assertThat(lines)
                        .filteredOn(
                                line -> line.startsWith("| `" + predefined.acl().name() + "`")
                                        && line.contains(predefined.meaning()))
                        .hasSize(1));
    }

    @Test
    @DisplayName("each row has the cells of its table's head, whatever its cells hold")
    void cells() {
        int cells = 0;
        for (String line : lines) {
            if (!line.startsWith("|")) {
                cells = 0;
            } else if (cells == 0) {
                cells = bars(line);
            } else {
                assertThat(bars(line)).as(line).isEqualTo(cells);
            }
        }
    }

    private static int bars(String line) {
        return line.replace("\\|", "").replaceAll("[^|]", "").length();
    }

    @DisplayName("rows as an operator reads them")
    @ParameterizedTest
    @ValueSource(
            strings = {
                "| `request_header_max_size` | `SIZE` | `64 KB` | The largest request head. |",
                "| `negative_dns_ttl` | `TIME` | `1 minute` | How long a name that does not resolve is left alone, at least"
                        + " 1 second. |",
                "| `collapsed_forwarding_wait` (Loligo's own) | `TIME` | `1 minute` | How long a request waits for the answer"
                        + " to another's fetch before it fetches for itself. |",
                "| `localport`, older: `myport` | `NUMBER \\| NUMBER-NUMBER...` | The port that the client connected to. |"
                        + " works |",
                "| `miss_access` | `allow\\|deny [!]ACL...` | none | Whose misses are fetched. **Refused.** |",
                "| `CONNECT` | `method` | The request's method is CONNECT. |"
            })
    void rows(String row) {
        assertThat(lines).contains(row);
    }
}
