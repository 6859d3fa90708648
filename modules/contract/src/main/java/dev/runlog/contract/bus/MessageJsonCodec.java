package dev.runlog.contract.bus;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.datatype.jsr310.JavaTimeModule;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.eventbus.MessageCodec;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;

/**
 * Passes messages by reference within a process. Between processes it writes the length and name of the type, then the
 * record as JSON. Only types of this module are decoded, which stops a peer from naming an arbitrary class.
 */
final class MessageJsonCodec implements MessageCodec<Message, Message> {
    static final String NAME = "runlog";
    private static final String PACKAGE = "dev.runlog.contract.";

    private static final ObjectMapper JSON = JsonMapper.builder()
            .addModule(new JavaTimeModule())
            .disable(SerializationFeature.WRITE_DATES_AS_TIMESTAMPS)
            .disable(SerializationFeature.WRITE_DURATIONS_AS_TIMESTAMPS)
            .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .build();

    @Override
    public void encodeToWire(Buffer buffer, Message message) {
        byte[] type = message.getClass().getName().getBytes(StandardCharsets.UTF_8);
        try {
            byte[] json = JSON.writeValueAsBytes(message);
            buffer.appendInt(type.length)
                    .appendBytes(type)
                    .appendInt(json.length)
                    .appendBytes(json);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public Message decodeFromWire(int position, Buffer buffer) {
        int typeLength = buffer.getInt(position);
        int jsonAt = position + Integer.BYTES + typeLength;
        String type = buffer.getString(position + Integer.BYTES, jsonAt);
        byte[] json = buffer.getBytes(jsonAt + Integer.BYTES, jsonAt + Integer.BYTES + buffer.getInt(jsonAt));
        if (!type.startsWith(PACKAGE)) {
            throw new IllegalArgumentException("Not a Runlog message: " + type);
        }
        try {
            return JSON.readValue(json, Class.forName(type).asSubclass(Message.class));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (ClassNotFoundException e) {
            throw new IllegalArgumentException(
                    "Unknown message type (all servers must run the same version of Runlog): " + type, e);
        }
    }

    @Override
    public Message transform(Message message) {
        return message;
    }

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public byte systemCodecID() {
        return -1;
    }
}
