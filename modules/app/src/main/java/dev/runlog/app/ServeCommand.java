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
            "Without configuration it starts a PostgreSQL of its own in ~/.runlog (RUNLOG_DATA_DIR), makes keys for "
                    + "tokens, and listens on 127.0.0.1:8080 (RUNLOG_HTTP_PORT)."
        })
final class ServeCommand implements Callable<Integer> {
    /** What a command returns whose server is to run on. */
    static final int KEEPS_RUNNING = -1;

    /** The exit code of a server whose embedded database stopped and cannot be started again. */
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

    /** Only an option of the JVM can end it reliably: an error may be caught in any library. */
    private static void warnIfOutOfMemoryIsSurvived() {
        HotSpotDiagnosticMXBean jvm = ManagementFactory.getPlatformMXBean(HotSpotDiagnosticMXBean.class);
        if (jvm != null
                && !Boolean.parseBoolean(
                        jvm.getVMOption("ExitOnOutOfMemoryError").getValue())) {
            System.err.println("runlog: start java with -XX:+ExitOnOutOfMemoryError, as ./runlog does; without it the "
                    + "server may hang when it is out of memory.");
        }
    }

    /**
     * Starts a server that a signal stops, and says where it is.
     *
     * @param uses what uses the server from the start, and how that is stopped, which comes first
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
        System.out.println("Runlog listens on " + server.url());
        if (config.usesDevelopmentKeys()) {
            if (Boolean.getBoolean("runlog.interactive")) {
                welcome(config, server);
            } else {
                // Output that is kept or passed on, such as a log, is no place for a token.
                System.out.println("Make a token: " + TOKEN_COMMAND);
            }
        }
        System.out.flush();
    }

    /** Stops as a signal does. Runs on a thread of its own, as the exit waits for the thread that reports the failure. */
    private static void exit(String reason) {
        Main.printError(reason);
        new Thread(() -> System.exit(DATABASE_LOST), "exit").start();
    }

    private static void welcome(RunlogConfig config, Server server) {
        String token = DevelopmentToken.sign(config, SUBJECT, Tokens.ALL_SCOPES, TOKEN_LIFE);
        String link = server.loginLink(token);
        if (link != null) {
            System.out.println();
            System.out.println("Sign in with a browser. The link works once, for "
                    + config.session().loginLinkLife().toMinutes() + " minutes:");
            System.out.println();
            System.out.println("  " + link);
        }
        System.out.println();
        System.out.println("Or use a token for one day, subject " + SUBJECT + ", all scopes:");
        System.out.println();
        System.out.println("export RUNLOG_URL=" + server.url() + " RUNLOG_TOKEN=" + token);
        System.out.println();
        System.out.println("With that in another terminal, try:");
        System.out.println();
        System.out.println("  ./runlog record --workflow hello -- sh -c 'echo it runs; sleep 2'");
        System.out.println("  curl -s $RUNLOG_URL/graphql -H \"Authorization: Bearer $RUNLOG_TOKEN\" -H 'Content-Type: "
                + "application/json' -d '{\"query\":\"{ executions(first: 5) { totalCount nodes { status "
                + "duration workflow { name } } } }\"}'");
        System.out.println();
        System.out.println("Make another token: " + TOKEN_COMMAND);
    }
}
