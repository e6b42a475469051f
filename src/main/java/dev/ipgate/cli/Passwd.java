package dev.ipgate.cli;

import dev.ipgate.auth.Credentials;
import dev.ipgate.auth.NewPassword;
import dev.ipgate.auth.UserLines;
import dev.ipgate.auth.UserName;
import dev.ipgate.auth.Users;
import dev.ipgate.cli.Arguments.Option;
import dev.ipgate.problem.Problems;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.List;

/** {@code passwd}: adds, changes, removes and tries the users of an htpasswd file. */
public final class Passwd implements Command {

    private static final Option STDIN = Option.flag("--stdin");
    private static final Option DELETE = Option.flag("--delete");
    private static final Option VERIFY = Option.flag("--verify");

    private final PasswordInput input;
    private final PrintStream err;

    public Passwd(InputStream in, PrintStream err) {
        this.input = new PasswordInput(in);
        this.err = err;
    }

    @Override
    public String help() {
        return """
                ipgate passwd FILE USER [--stdin] [--delete | --verify]    gives a user of a users file a password

                  --stdin   takes the password from a line of standard input, not from the terminal
                  --delete  removes the user
                  --verify  asks for the password and says whether it is right

                The file is made, with mode 0640, if there is none. The password is stored as bcrypt with cost 12, and
                may have up to 72 bytes. All other lines stay as they are.
                Exit status: 0 done, or the password is right; 1 not done, or it is wrong; 64 wrong usage.
                """;
    }

    @Override
    public int run(String[] args) throws IOException {
        Arguments arguments = Arguments.parse(args, STDIN, DELETE, VERIFY);
        if (arguments.operandCount() == 3) { // as htpasswd -b has it; and what is wrong would show it
            throw new UsageException(
                    "a password on the command line is seen by everybody on this machine; leave it out,"
                            + " or use --stdin");
        }
        List<String> operands = arguments.operands("FILE", "USER");
        if (arguments.has(DELETE) && (arguments.has(VERIFY) || arguments.has(STDIN))) {
            throw new UsageException("--delete wants no password, so neither --stdin nor --verify");
        }
        String user = operands.get(1);
        String wrong = UserName.whatIsWrongInFile(user);
        if (wrong != null) {
            throw new UsageException("the user's name " + wrong);
        }
        UsersFile file = UsersFile.named(Path.of(operands.get(0)));
        boolean stdin = arguments.has(STDIN);
        if (arguments.has(VERIFY)) {
            return verify(file, user, stdin);
        }
        return arguments.has(DELETE) ? delete(file, user) : set(file, user, stdin);
    }

    private int set(UsersFile file, String user, boolean stdin) throws IOException {
        file.requireUsersOrNothing(); // before anybody thinks of a password
        NewPassword password;
        try {
            password = NewPassword.of(stdin ? input.line() : input.twice(user));
        } catch (IllegalArgumentException e) {
            throw new IOException(e.getMessage() + "; nothing was changed", e);
        }
        String hash = password.hash();
        UserLines before = file.read();
        UserLines after = before.with(user, hash);
        file.write(after);
        said(file, user, before.has(user) ? "has a new password in" : "was added to", after);
        return ExitStatus.OK;
    }

    private int delete(UsersFile file, String user) throws IOException {
        UserLines before = file.readExisting();
        if (!before.has(user)) {
            return nobody(file, user);
        }
        UserLines after = before.without(user);
        file.write(after);
        said(file, user, "was removed from", after);
        return ExitStatus.OK;
    }

    private int verify(UsersFile file, String user, boolean stdin) throws IOException {
        UserLines lines = file.readExisting();
        if (!lines.has(user)) {
            return nobody(file, user);
        }
        Problems problems = new Problems();
        Users users = Users.parse(file.toString(), lines.text(), problems);
        show(problems);
        String password = stdin ? input.line() : input.once(user);
        boolean right;
        try {
            right = users.accept(Credentials.of(user, password));
        } catch (IllegalArgumentException e) {
            right = false; // nobody can have it
        }
        err.println("the password of \"" + user + "\" is " + (right ? "right" : "wrong"));
        return right ? ExitStatus.OK : ExitStatus.FAILED;
    }

    private int nobody(UsersFile file, String user) {
        err.println("there is no user \"" + user + "\" in " + file);
        return ExitStatus.FAILED;
    }

    /** What was done, and what is still wrong with the file. */
    private void said(UsersFile file, String user, String what, UserLines after) {
        err.println("\"" + user + "\" " + what + " " + file);
        Problems problems = new Problems();
        Users.parse(file.toString(), after.text(), problems);
        show(problems);
    }

    private void show(Problems problems) {
        problems.all().forEach(err::println);
    }
}
