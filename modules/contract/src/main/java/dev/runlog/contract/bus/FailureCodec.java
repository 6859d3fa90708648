package dev.runlog.contract.bus;

import dev.runlog.contract.error.ErrorCode;
import dev.runlog.contract.error.RunlogException;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.eventbus.MessageCodec;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Carries a failure between processes with its code, message, retry hint and incident. */
final class FailureCodec implements MessageCodec<RunlogException, RunlogException> {
    @Override
    public void encodeToWire(Buffer buffer, RunlogException failure) {
        Duration retryAfter = failure.retryAfter();
        UUID incident = failure.incident();
        Buffer json = new JsonObject()
                .put("code", failure.code().name())
                .put("message", failure.getMessage())
                .put("retryAfter", retryAfter == null ? null : retryAfter.toString())
                .put("incident", incident == null ? null : incident.toString())
                .toBuffer();
        buffer.appendInt(json.length()).appendBuffer(json);
    }

    @Override
    public RunlogException decodeFromWire(int position, Buffer buffer) {
        int from = position + Integer.BYTES;
        JsonObject json = new JsonObject(buffer.getBuffer(from, from + buffer.getInt(position)));
        @Nullable String retryAfter = json.getString("retryAfter");
        @Nullable String incident = json.getString("incident");
        return new RunlogException(
                ErrorCode.valueOf(json.getString("code")),
                json.getString("message"),
                retryAfter == null ? null : Duration.parse(retryAfter),
                incident == null ? null : UUID.fromString(incident));
    }

    @Override
    public RunlogException transform(RunlogException failure) {
        return failure;
    }

    @Override
    public String name() {
        return "runlog-failure";
    }

    @Override
    public byte systemCodecID() {
        return -1;
    }
}
