package dev.runlog.app;

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

    @Mixin
    private ConfigOption config;

    ServeCommand() {
        config = new ConfigOption();
    }

    @Override
    public Integer call() {
        start(config.load(), server -> () -> {});
        return KEEPS_RUNNING;
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
        System.out.println("Runlog listens on " + server.url());
        if (config.usesDevelopmentKeys()) {
            String token = DevelopmentToken.sign(config, "developer", Tokens.ALL_SCOPES, Duration.ofDays(30));
            System.out.println();
            System.out.println("A token for 30 days, subject developer, all scopes:");
            System.out.println();
            System.out.println("export RUNLOG_URL=" + server.url() + " RUNLOG_TOKEN=" + token);
            System.out.println();
            System.out.println("With that in another terminal, try:");
            System.out.println();
            System.out.println("  ./runlog record --workflow hello -- sh -c 'echo it runs; sleep 2'");
            System.out.println(
                    "  curl -s $RUNLOG_URL/graphql -H \"Authorization: Bearer $RUNLOG_TOKEN\" -H 'Content-Type: "
                            + "application/json' -d '{\"query\":\"{ executions(first: 5) { totalCount nodes { status "
                            + "duration workflow { name } } } }\"}'");
            System.out.println();
            if (config.isEmbedded()) {
                System.out.println("Or explore: " + server.url() + "/graphiql");
            }
        }
        System.out.flush();
    }
}
