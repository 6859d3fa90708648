package dev.runlog.gateway.websocket;

import dev.runlog.gateway.graphql.GraphqlEngine;
import dev.runlog.gateway.graphql.ResponseWriter;
import dev.runlog.gateway.graphql.ResultSubscriber;
import graphql.ExecutionResult;

/** One operation of a socket. */
final class Operation extends ResultSubscriber {
    private final String id;
    private final String nextPrefix;
    private final Connection connection;
    private final int requestBytes;

    /** @param requestBytes the size of the message that asks for it, which counts while it runs */
    Operation(String id, Connection connection, int requestBytes) {
        this.id = id;
        this.requestBytes = requestBytes;
        this.nextPrefix = "{\"type\":\"next\",\"id\":" + ResponseWriter.write(id) + ",\"payload\":";
        this.connection = connection;
    }

    String id() {
        return id;
    }

    int requestBytes() {
        return requestBytes;
    }

    @Override
    protected boolean isWritable() {
        return connection.isWritable();
    }

    /** The result is JSON text already; the message that carries it begins the same each time. */
    @Override
    protected void next(String result) {
        connection.sendText(nextPrefix + result + "}");
    }

    @Override
    protected void complete(ExecutionResult result) {
        if (!connection.end(this)) {
            return;
        }
        if (result.isDataPresent()) {
            next(ResponseWriter.write(result).toString());
            connection.send("complete", id, null);
        } else {
            connection.sendErrors(id, result.getErrors());
        }
    }

    @Override
    public void onError(Throwable failure) {
        cancel();
        if (connection.end(this)) {
            connection.sendErrors(id, GraphqlEngine.refusal(known(failure)).getErrors());
        }
    }

    @Override
    public void onComplete() {
        if (!isCancelled() && connection.end(this)) {
            connection.send("complete", id, null);
        }
    }
}
