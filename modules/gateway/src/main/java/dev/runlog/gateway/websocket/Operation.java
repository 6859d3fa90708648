package dev.runlog.gateway.websocket;

import dev.runlog.gateway.graphql.protocol.Answer;
import dev.runlog.gateway.graphql.protocol.GraphqlErrors;
import dev.runlog.gateway.graphql.protocol.ResultSubscriber;
import dev.runlog.gateway.json.JsonWriter;

/** One operation of a socket. */
final class Operation extends ResultSubscriber {
    private final String id;
    private final String nextPrefix;
    private final WebSocketConnection connection;
    private final int requestBytes;

    /** @param requestBytes size of the message that requested it, which counts while it runs */
    Operation(String id, WebSocketConnection connection, int requestBytes) {
        this.id = id;
        this.requestBytes = requestBytes;
        this.nextPrefix = "{\"type\":\"next\",\"id\":" + JsonWriter.write(id) + ",\"payload\":";
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

    /** The result is JSON text, so only the rest of the message is added. */
    @Override
    protected void next(String result) {
        connection.sendEvent(nextPrefix + result + "}");
    }

    @Override
    public void complete(Answer answer) {
        if (!connection.end(this)) {
            answer.close();
            return;
        }
        String written = answer.write().toString();
        if (answer.result().isDataPresent()) {
            connection.sendText(nextPrefix + written + "}").onComplete(sent -> answer.close());
            connection.send("complete", id, null);
        } else {
            answer.close();
            connection.sendErrors(id, answer.result().getErrors());
        }
    }

    @Override
    public void onError(Throwable failure) {
        cancel();
        if (connection.end(this)) {
            connection.sendErrors(
                    id, GraphqlErrors.refusal(toRunlogException(failure)).getErrors());
        }
    }

    @Override
    public void onComplete() {
        if (!isCancelled() && connection.end(this)) {
            connection.send("complete", id, null);
        }
    }
}
