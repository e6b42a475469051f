package dev.ipgate.cli;

import dev.ipgate.net.IpAddress;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A command line, taken apart: {@code ipgate COMMAND [--flag] [--option VALUE]… OPERAND…}. Immutable. */
public final class Arguments {

    /** The command that is meant where none is named. */
    public static final String DEFAULT_COMMAND = "serve";

    /**
     * An option that a command understands.
     *
     * @param name with its dashes: {@code --conf}
     * @param alias its short form: {@code -c}; null for none
     * @param value what its value is called in messages: {@code FILE}; null if it takes none
     * @param repeatable whether it may be given more than once
     */
    public record Option(
            String name, @Nullable String alias, @Nullable String value, boolean repeatable) {

        /** An option that is there or not. */
        public static Option flag(String name) {
            return new Option(name, null, null, false);
        }

        /** An option with a value. */
        public static Option value(String name, String value) {
            return new Option(name, null, value, false);
        }

        /** An option with a value, which may be given several times. */
        public static Option repeated(String name, String value) {
            return new Option(name, null, value, true);
        }

        /** The same option with a short form. */
        public Option or(String alias) {
            return new Option(name, alias, value, repeatable);
        }
    }

    /** Understood everywhere: what can this command do? */
    public static final Option HELP = Option.flag("--help").or("-h");

    /** Understood everywhere: which ipgate is this? */
    public static final Option VERSION = Option.flag("--version");

    private final Map<String, List<String>> given; // by name
    private final List<String> operands;

    private Arguments(Map<String, List<String>> given, List<String> operands) {
        this.given = given;
        this.operands = List.copyOf(operands);
    }

    /**
     * Which command a command line names: its first word, or {@code serve} if there is none or it begins with a dash.
     *
     * @param known all commands
     * @throws UsageException if it is none of them
     */
    public static String command(String[] args, Collection<String> known) {
        if (!namesCommand(args)) {
            return DEFAULT_COMMAND;
        }
        if (!known.contains(args[0])) {
            throw new UsageException("unknown command \"" + args[0] + "\"" + Spelling.suggest(args[0], known));
        }
        return args[0];
    }

    /**
     * Takes apart what stands behind the command. Options and operands may be mixed; behind {@code --} everything is an
     * operand. {@code --help} and {@code --version} are understood without being named.
     *
     * @throws UsageException if an option is unknown, lacks its value, has one that it should not have, or is repeated
     *     without reason
     */
    public static Arguments parse(String[] args, Option... understood) {
        Map<String, Option> options = new HashMap<>();
        for (Option option : understood) {
            addTo(options, option);
        }
        addTo(options, HELP);
        addTo(options, VERSION);

        Map<String, List<String>> given = new HashMap<>();
        List<String> operands = new ArrayList<>();
        for (int i = namesCommand(args) ? 1 : 0; i < args.length; i++) {
            String arg = args[i];
            if (arg.equals("--")) {
                operands.addAll(Arrays.asList(args).subList(i + 1, args.length));
                break;
            }
            if (!arg.startsWith("-") || arg.equals("-")) {
                operands.add(arg);
                continue;
            }
            int equals = arg.startsWith("--") ? arg.indexOf('=') : -1;
            String name = equals < 0 ? arg : arg.substring(0, equals);
            Option option = options.get(name);
            if (option == null) {
                throw new UsageException("unknown option \"" + name + "\"" + Spelling.suggest(name, options.keySet()));
            }
            String value = "";
            if (option.value() == null) {
                if (equals >= 0) {
                    throw new UsageException(name + " takes no value");
                }
            } else if (equals >= 0) {
                value = arg.substring(equals + 1);
            } else if (i + 1 < args.length && !options.containsKey(args[i + 1])) {
                value = args[++i];
            } else {
                throw new UsageException(name + " wants a value: " + name + " " + option.value());
            }
            List<String> values = given.computeIfAbsent(option.name(), unseen -> new ArrayList<>());
            if (!values.isEmpty() && !option.repeatable()) {
                throw new UsageException(name + " is given twice");
            }
            values.add(value);
        }
        return new Arguments(given, operands);
    }

    /** Whether an option was given. */
    public boolean has(Option option) {
        return given.containsKey(option.name());
    }

    /** The value of an option, or null if it was not given. */
    public @Nullable String value(Option option) {
        List<String> values = given.get(option.name());
        return values == null ? null : values.get(0);
    }

    /** The values of an option in order; empty if it was not given. */
    public List<String> values(Option option) {
        return List.copyOf(given.getOrDefault(option.name(), List.of()));
    }

    /**
     * The operands, which must be as many as have names here.
     *
     * @param names what they are called in messages: {@code FILE}, {@code USER}
     * @throws UsageException if there are fewer or more
     */
    public List<String> operands(String... names) {
        if (operands.size() < names.length) {
            throw new UsageException(
                    "missing: " + String.join(" ", Arrays.asList(names).subList(operands.size(), names.length)));
        }
        if (operands.size() > names.length) {
            throw new UsageException("unexpected: \"" + operands.get(names.length) + "\"");
        }
        return operands;
    }

    /**
     * An argument that is an address.
     *
     * @throws UsageException if it is none
     */
    static IpAddress address(String text) {
        try {
            return IpAddress.parse(text);
        } catch (IllegalArgumentException e) {
            throw new UsageException(String.valueOf(e.getMessage()));
        }
    }

    /** How many operands there are, for a command that has something to say about one too many. */
    public int operandCount() {
        return operands.size();
    }

    private static boolean namesCommand(String[] args) {
        return args.length > 0 && !args[0].startsWith("-");
    }

    private static void addTo(Map<String, Option> options, Option option) {
        options.put(option.name(), option);
        if (option.alias() != null) {
            options.put(option.alias(), option);
        }
    }
}
