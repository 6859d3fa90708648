package dev.runlog.app.terminal;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

final class EscapedOutputTest {
    @Test
    void escapesAllThatIsPrintedHoweverItIsCut() {
        PrintStream outBefore = System.out;
        PrintStream errBefore = System.err;
        ByteArrayOutputStream printed = new ByteArrayOutputStream();
        System.setOut(new PrintStream(printed, true, StandardCharsets.UTF_8));
        try {
            EscapedOutput.install();
            byte[] bytes = "ü\u202e👩‍💻\u001b[2J".getBytes(StandardCharsets.UTF_8);
            for (byte single : bytes) {
                System.out.write(single);
            }
            System.out.write(bytes, 0, bytes.length);
            System.out.println();
            System.out.printf("%s%n", "\u001b]0;x\u0007");
            EscapedOutput.raw(System.out).print("\u001b[1m");
        } finally {
            System.setOut(outBefore);
            System.setErr(errBefore);
        }

        String expected = "ü\\u202e👩‍💻\\u001b[2J";
        assertThat(printed.toString(StandardCharsets.UTF_8))
                .isEqualTo(expected + expected + "\n\\u001b]0;x\\u0007\n\u001b[1m");
    }
}
