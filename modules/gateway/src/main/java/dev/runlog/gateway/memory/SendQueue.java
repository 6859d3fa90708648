package dev.runlog.gateway.memory;

import dev.runlog.contract.error.RunlogException;
import io.netty.buffer.ByteBufUtil;
import java.time.Duration;

/** Counts the bytes of messages that a client has not read yet, as part of the memory of its owner's responses. */
public final class SendQueue {
    private static final Duration RETRY_AFTER = Duration.ofSeconds(1);

    private final AnswerMemory memory;
    private final String owner;

    public SendQueue(AnswerMemory memory, String owner) {
        this.memory = memory;
        this.owner = owner;
    }

    /** Adds a message that is about to be sent; returns whether there is room for it. */
    public boolean add(String message) {
        return memory.take(owner, bytes(message));
    }

    /** Removes a message that was sent, or never will be. */
    public void remove(String message) {
        memory.giveBack(owner, bytes(message));
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
