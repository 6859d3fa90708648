package dev.runlog.app.command;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.concurrent.Callable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** A command that uses a server, or a database without a server. */
public abstract class TargetCommand implements Callable<Integer> {
    @Mixin
    private TargetOption target = new TargetOption();

    @Option(names = "--json", description = "Print JSON.")
    private boolean json;

    @Option(names = "--wide", description = "Print all columns, with full IDs and names.")
    private boolean wide;

    protected abstract int run(TargetOption server) throws InterruptedException;

    @Override
    public final Integer call() throws InterruptedException {
        try {
            target.check(takesOwner());
            return run(target);
        } finally {
            target.close();
        }
    }

    /** Whether the command supports {@code --owner} with a server. */
    protected boolean takesOwner() {
        return false;
    }

    protected boolean isJson() {
        return json;
    }

    protected boolean isWide() {
        return wide;
    }

    /** Prints the response as JSON if requested; returns whether it did. */
    protected boolean printedAsJson(JsonNode answer) {
        if (json) {
            System.out.println(answer.toPrettyString());
        }
        return json;
    }
}
