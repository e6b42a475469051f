package dev.ipgate.packaging;

import dev.ipgate.packaging.HelpText.Option;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Scripts by which a shell completes ipgate's commands and options; values of options and operands are file names. */
public final class Completion {

    private static final String EVERYWHERE = "--help --version";
    private static final String DEFAULT_COMMAND = "serve";

    private final List<HelpText> commands;

    /** @param commands all of them */
    public Completion(List<HelpText> commands) {
        this.commands = List.copyOf(commands);
    }

    /** For bash-completion, version 2. */
    public String bash() {
        StringBuilder script = new StringBuilder("""
                # bash completion for ipgate                                   -*- shell-script -*-

                _ipgate() {
                    local cur prev words cword
                    _init_completion || return

                    local options
                    case ${words[1]} in
                """);
        for (HelpText command : commands) {
            String names = command.command().equals(DEFAULT_COMMAND) ? command.command() + " | -*" : command.command();
            script.append("        ")
                    .append(names)
                    .append(") options=\"")
                    .append(options(command))
                    .append("\" ;;\n");
        }
        return script.append("""
                        *) options="" ;;
                    esac
                    case $prev in
                        FILES)
                            _filedir
                            return
                            ;;
                        VALUES)
                            return
                            ;;
                    esac
                    if [[ $cur == -* ]]; then
                        COMPREPLY=($(compgen -W "$options EVERYWHERE" -- "$cur"))
                    elif ((cword == 1)); then
                        COMPREPLY=($(compgen -W "COMMANDS" -- "$cur"))
                    else
                        _filedir
                    fi
                } &&
                    complete -F _ipgate ipgate
                """)
                .toString()
                .replace("FILES", names(true))
                .replace("VALUES", names(false))
                .replace("EVERYWHERE", EVERYWHERE)
                .replace("COMMANDS", commands.stream().map(HelpText::command).collect(Collectors.joining(" ")));
    }

    private static String options(HelpText command) {
        return command.options().stream().flatMap(Completion::names).collect(Collectors.joining(" "));
    }

    /** The options with a value, as a pattern of case: those that want a file, or the others. */
    private String names(boolean files) {
        return commands.stream()
                .flatMap(command -> command.options().stream())
                .filter(option -> option.value() != null && isFile(option.value()) == files)
                .flatMap(Completion::names)
                .distinct()
                .collect(Collectors.joining(" | "));
    }

    private static Stream<String> names(Option option) {
        return Stream.concat(Stream.ofNullable(option.alias()), Stream.of(option.name()));
    }

    private static boolean isFile(@Nullable String value) {
        return "FILE".equals(value);
    }

    /** For zsh. */
    public String zsh() {
        StringBuilder script = new StringBuilder("""
                #compdef ipgate

                local -a commands
                commands=(
                """);
        for (HelpText command : commands) {
            script.append("    '")
                    .append(command.command())
                    .append(':')
                    .append(quoted(command.summary()))
                    .append("'\n");
        }
        script.append("""
                )

                if (( CURRENT == 2 )) && [[ $PREFIX != -* ]]; then
                    _describe command commands
                    return
                fi

                case $words[2] in
                """);
        for (HelpText command : commands) {
            String names = command.command().equals(DEFAULT_COMMAND) ? command.command() + "|-*" : command.command();
            script.append("    ").append(names).append(")\n        _arguments \\\n");
            command.options()
                    .forEach(option -> script.append("            ")
                            .append(argument(option))
                            .append(" \\\n"));
            script.append(
                    "            '--help[says what the command can do]' \\\n            '*:file:_files'\n        ;;\n");
        }
        return script.append("esac\n").toString();
    }

    private static String argument(Option option) {
        String value = option.value() == null
                ? ""
                : ":" + quoted(option.value().replace(":", "\\:")) + ":" + (isFile(option.value()) ? "_files" : "");
        String meaning = "[" + quoted(option.meaning()).replace("[", "\\[").replace("]", "\\]") + "]" + value + "'";
        return option.alias() == null
                ? "'" + option.name() + meaning
                : "'(" + option.alias() + " " + option.name() + ")'{" + option.alias() + "," + option.name() + "}'"
                        + meaning;
    }

    /** Within single quotes. */
    private static String quoted(String text) {
        return text.replace("'", "'\\''");
    }
}
