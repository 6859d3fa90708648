package dev.runlog.app.config;

/** Why the program cannot start or run a command, in one line. */
public final class StartFailure extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public StartFailure(String message) {
        super(message);
    }

    public StartFailure(String message, Throwable cause) {
        super(message, cause);
    }

    @Override
    public String getMessage() {
        return String.valueOf(super.getMessage());
    }

    /** Returns the first line of a failure's message. */
    public static String firstLine(Throwable failure) {
        String text = String.valueOf(failure.getMessage());
        return text.lines().filter(line -> !line.isBlank()).findFirst().orElse(text);
    }
}
