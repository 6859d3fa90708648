package dev.runlog.recording.event;

import dev.runlog.contract.text.SafeText;
import dev.runlog.contract.text.Sha256;
import java.util.HexFormat;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A short hash that is equal for errors of the same type and origin. Hashes the type and the innermost stack frames
 * without numbers. Without a stack trace, hashes the type and the message without its variable parts.
 */
public final class Fingerprint {
    private static final int FRAMES = 8;
    private static final int TEXT_MAX = 4096;
    private static final int HASH_BYTES = 8;
    private static final Pattern VARYING = Pattern.compile(
            "\"[^\"\\n]*\"|'[^'\\n]*'|[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}|0x[0-9a-fA-F]+|[0-9]+");
    private static final Pattern NUMBERS = Pattern.compile("0x[0-9a-fA-F]+|[0-9]+");

    private Fingerprint() {}

    public static String of(@Nullable String type, @Nullable String message, @Nullable String stackTrace) {
        List<String> frames = stackTrace == null ? List.of() : frames(stackTrace);
        String place = frames.isEmpty()
                ? replaced(VARYING, message == null ? "" : SafeText.cut(message, TEXT_MAX))
                : replaced(NUMBERS, String.join("\n", frames));
        return hash((type == null ? "" : type) + "\n" + place);
    }

    private static List<String> frames(String stackTrace) {
        List<String> frames = stackTrace
                .lines()
                .map(String::strip)
                .filter(Fingerprint::isFrame)
                .toList();
        // Python prints the innermost call last.
        return stackTrace.startsWith("Traceback")
                ? frames.subList(Math.max(0, frames.size() - FRAMES), frames.size())
                : frames.subList(0, Math.min(FRAMES, frames.size()));
    }

    private static boolean isFrame(String line) {
        return line.startsWith("at ") || line.startsWith("File \"");
    }

    private static String replaced(Pattern pattern, String text) {
        return pattern.matcher(text).replaceAll("#");
    }

    private static String hash(String text) {
        return HexFormat.of().formatHex(Sha256.of(text), 0, HASH_BYTES);
    }
}
