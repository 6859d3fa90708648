package dev.runlog.gateway.memory;

import dev.runlog.contract.error.RunlogException;
import io.netty.buffer.ByteBufUtil;
import java.time.Duration;

/** Counts the bytes of messages that a client has not read yet, as part of the memory of its owner's responses. */
public final class SendBudget {
    private static final Duration RETRY_AFTER = Duration.ofSeconds(1);

    private final AnswerMemory memory;
    private final String owner;

    public SendBudget(AnswerMemory memory, String owner) {
        this.memory = memory;
        this.owner = owner;
    }

    /** Reserves the bytes of a message to send; returns whether there is room for it. */
    public boolean reserve(String message) {
        return memory.take(owner, bytes(message));
    }

    /** Releases the bytes of a message that was sent, or will not be. */
    public void release(String message) {
        memory.release(owner, bytes(message));
    }

    /** The error for a client with too many unread bytes. */
    public static RunlogException full() {
        return RunlogException.overloaded(
                "Your clients have too many unread bytes (graphql.responses-max-bytes).", RETRY_AFTER);
    }

    private static long bytes(String message) {
        return ByteBufUtil.utf8Bytes(message);
    }
}
