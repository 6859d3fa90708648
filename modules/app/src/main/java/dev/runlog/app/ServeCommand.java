package dev.runlog.app;

import com.sun.management.HotSpotDiagnosticMXBean;
import dev.runlog.app.config.RunlogConfig;
import dev.runlog.app.server.DevelopmentToken;
import dev.runlog.app.server.Server;
import dev.runlog.app.server.Tokens;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.function.Function;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code runlog serve}. */
@Command(
        name = "serve",
        mixinStandardHelpOptions = true,
        description = {
            "Starts the server.",
            "Without configuration it starts an embedded PostgreSQL in ~/.runlog (RUNLOG_DATA_DIR), creates keys for "
                    + "tokens, and listens on 127.0.0.1:8080 (RUNLOG_HTTP_PORT)."
        })
final class ServeCommand implements Callable<Integer> {
    /** Returned by a command that leaves a server running. */
    static final int KEEPS_RUNNING = -1;

    /** Exit code if the embedded database stopped and cannot be restarted. */
    static final int DATABASE_LOST = 4;

    private static final String SUBJECT = "developer";
    private static final Duration TOKEN_LIFE = Duration.ofDays(1);
    private static final String TOKEN_COMMAND =
            "./runlog token --subject " + SUBJECT + " --valid-for P1D --scope " + String.join(",", Tokens.ALL_SCOPES);

    @Mixin
    private ConfigOption config;

    ServeCommand() {
        config = new ConfigOption();
    }

    @Override
    public Integer call() {
        warnIfOutOfMemoryIsSurvived();
        start(config.load(), server -> () -> {});
        return KEEPS_RUNNING;
    }

    /** Only a JVM option exits reliably, because any library may catch an error. */
    private static void warnIfOutOfMemoryIsSurvived() {
        HotSpotDiagnosticMXBean jvm = ManagementFactory.getPlatformMXBean(HotSpotDiagnosticMXBean.class);
        if (jvm != null
                && !Boolean.parseBoolean(
                        jvm.getVMOption("ExitOnOutOfMemoryError").getValue())) {
            System.err.println(
                    "runlog: use the Java option -XX:+ExitOnOutOfMemoryError, as ./runlog does. Without it the "
                            + "server may hang when it runs out of memory.");
        }
    }

    /**
     * Starts a server, prints its URL, and stops it on a signal.
     *
     * @param uses starts something that uses the server, and returns how to stop it before the server
     */
    static void start(RunlogConfig config, Function<Server, Runnable> uses) {
        Server server = Server.start(config);
        Runnable beforeStop = uses.apply(server);
        Runtime.getRuntime()
                .addShutdownHook(new Thread(
                        () -> {
                            System.err.println("Stopping.");
                            beforeStop.run();
                            server.close();
                            System.err.println("Stopped.");
                        },
                        "stop"));
        server.onFailure(ServeCommand::exit);
        System.out.println("Runlog is listening on " + server.url());
        if (config.usesDevelopmentKeys()) {
            if (Boolean.getBoolean("runlog.interactive")) {
                welcome(config, server);
            } else {
                // A token must not get into a log or another program.
                System.out.println("Create a token: " + TOKEN_COMMAND);
            }
        }
        System.out.flush();
    }

    /** Stops like a signal. Exits on a new thread, because the exit waits for the thread that reports the failure. */
    private static void exit(String reason) {
        Main.printError(reason);
        new Thread(() -> System.exit(DATABASE_LOST), "exit").start();
    }

    private static void welcome(RunlogConfig config, Server server) {
        String token = DevelopmentToken.sign(config, SUBJECT, Tokens.ALL_SCOPES, TOKEN_LIFE);
        String link = server.loginLink(token);
        if (link != null) {
            System.out.println();
            System.out.println("Sign in with a browser. The link works once, within "
                    + config.session().loginLinkLife().toMinutes() + " minutes:");
            System.out.println();
            System.out.println("  " + link);
        }
        System.out.println();
        System.out.println("Or use a token, valid for one day, with all scopes and the subject " + SUBJECT + ":");
        System.out.println();
        System.out.println("export RUNLOG_URL=" + server.url() + " RUNLOG_TOKEN=" + token);
        System.out.println();
        System.out.println("Then try in the same terminal:");
        System.out.println();
        System.out.println("  ./runlog record --workflow hello -- sh -c 'echo it runs; sleep 2'");
        System.out.println("  curl -s $RUNLOG_URL/graphql -H \"Authorization: Bearer $RUNLOG_TOKEN\" -H 'Content-Type: "
                + "application/json' -d '{\"query\":\"{ executions(first: 5) { totalCount nodes { status "
                + "duration workflow { name } } } }\"}'");
        System.out.println();
        System.out.println("Create another token: " + TOKEN_COMMAND);
    }
}
