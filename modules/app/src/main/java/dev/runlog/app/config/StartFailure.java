package dev.runlog.app.config;

/** Why the program cannot do what it was asked for, in one line for whoever started it. */
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

    /** What a failure says first, as others tell the rest of their story in lines after it. */
    public static String firstLine(Throwable failure) {
        String text = String.valueOf(failure.getMessage());
        return text.lines().filter(line -> !line.isBlank()).findFirst().orElse(text);
    }
}
