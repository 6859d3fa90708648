package dev.runlog.app;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.vertx.core.http.ClientWebSocket;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** The client's side of a socket: what came, in order, and how it was closed. */
final class Subscriber {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final long PATIENCE_SECONDS = 20;

    private final ClientWebSocket socket;
    private final BlockingQueue<String> messages = new LinkedBlockingQueue<>();
    private final CompletableFuture<Integer> closeCode = new CompletableFuture<>();

    Subscriber(ClientWebSocket socket) {
        this.socket = socket;
        socket.textMessageHandler(messages::add);
        socket.closeHandler(closed -> closeCode.complete((int) socket.closeStatusCode()));
    }

    void send(Map<String, ?> message) {
        try {
            sendText(JSON.writeValueAsString(message));
        } catch (JsonProcessingException e) {
            throw new AssertionError(e);
        }
    }

    void sendText(String text) {
        socket.writeTextMessage(text);
    }

    void subscribe(String id, String query) {
        send(Map.of("id", id, "type", "subscribe", "payload", Map.of("query", query)));
    }

    void subscribe(String id, String query, Map<String, ?> variables) {
        send(Map.of("id", id, "type", "subscribe", "payload", Map.of("query", query, "variables", variables)));
    }

    /** The next message, which must be of the type. */
    JsonNode next(String type) {
        JsonNode message = next();
        if (!message.path("type").asText().equals(type)) {
            throw new AssertionError("Expected " + type + ", got " + message);
        }
        return message;
    }

    /** The next message, of any type. */
    JsonNode next() {
        try {
            String text = messages.poll(PATIENCE_SECONDS, TimeUnit.SECONDS);
            if (text == null) {
                throw new AssertionError("No message came.");
            }
            return JSON.readTree(text);
        } catch (InterruptedException | JsonProcessingException e) {
            throw new AssertionError(e);
        }
    }

    /** The next result where one came within a moment; null else. */
    JsonNode poll() {
        try {
            String text = messages.poll(20, TimeUnit.MILLISECONDS);
            if (text == null) {
                return null;
            }
            JsonNode message = JSON.readTree(text);
            if (!message.path("type").asText().equals("next")) {
                throw new AssertionError("Expected next, got " + text);
            }
            return message;
        } catch (InterruptedException | JsonProcessingException e) {
            throw new AssertionError(e);
        }
    }

    /** Whether the pong of a ping with {@code {"last":true}} comes, or else the socket is closed; nothing is INTERNAL. */
    boolean isPonged() {
        try {
            for (int i = 0; i < PATIENCE_SECONDS * 50; i++) {
                boolean closed = closeCode.isDone();
                String text = messages.poll(20, TimeUnit.MILLISECONDS);
                if (text == null && closed) {
                    return false;
                }
                if (text != null && text.contains("\"INTERNAL\"")) {
                    throw new AssertionError(text);
                }
                if (text != null && text.contains("{\"last\":true}")) {
                    return true;
                }
            }
            throw new AssertionError("Neither a pong nor a close came.");
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    /** The next event of a subscription to executions, as {@code KIND status}. */
    String nextEvent(String field) {
        JsonNode event = next("next").at("/payload/data/" + field);
        return (event.path("kind").asText() + " "
                        + event.at("/execution/status").asText())
                .trim();
    }

    int closeCode() {
        try {
            return closeCode.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
        } catch (Exception e) {
            throw new AssertionError("It was not closed.", e);
        }
    }

    /** Why it was closed, once it was. */
    String closeReason() {
        return socket.closeReason();
    }

    /** Reads nothing until {@link #resume}. */
    void pause() {
        socket.pause();
    }

    void resume() {
        socket.resume();
    }

    void close() {
        socket.close();
    }
}
