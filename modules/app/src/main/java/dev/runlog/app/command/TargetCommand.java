package dev.runlog.app.command;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.concurrent.Callable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** A command that asks a server, or a database that none serves. */
public abstract class TargetCommand implements Callable<Integer> {
    @Mixin
    private TargetOption target = new TargetOption();

    @Option(names = "--json", description = "Print JSON.")
    private boolean json;

    @Option(names = "--wide", description = "Print all columns, and ids and names in full, however wide that is.")
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

    /** Whether a server can be told whose executions are meant. */
    protected boolean takesOwner() {
        return false;
    }

    protected boolean isJson() {
        return json;
    }

    protected boolean isWide() {
        return wide;
    }

    /** Prints the answer as JSON where that is asked for; tells whether it was. */
    protected boolean printedAsJson(JsonNode answer) {
        if (json) {
            System.out.println(answer.toPrettyString());
        }
        return json;
    }
}
