package io.loligo.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.PrintWriter;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code loligo reload}: makes a running server read its configuration again. */
@Command(
        name = "reload",
        description = "Have a running server read its configuration again. A bad one leaves the old one in force.")
final class ReloadCommand implements Callable<Integer> {
    @Mixin
    private final AdminOptions admin;

    @Spec
    private CommandSpec spec = CommandSpec.create();

    ReloadCommand(AdminOptions admin) {
        this.admin = admin;
    }

    @Override
    public Integer call() throws Exception {
        PrintWriter out = spec.commandLine().getOut();
        try {
            JsonNode result = admin.client().post("/reload");
            result.path("problems").forEach(problem -> out.println(problem.asText()));
            out.println("the new configuration is in force");
            return ExitCode.DONE;
        } catch (AdminClient.OrderRefused refused) {
            PrintWriter err = spec.commandLine().getErr();
            JsonNode problems = refused.answer().path("problems");
            problems.forEach(problem -> err.println(problem.asText()));
            err.println(
                    problems.isEmpty()
                            ? "loligo: " + refused.getMessage()
                            : "loligo: the new configuration cannot be used; the old one stays in force");
            return ExitCode.REFUSED;
        }
    }
}
