package dev.ipgate.policy;

import dev.ipgate.net.AddressSet;
import dev.ipgate.net.CidrBlock;
import dev.ipgate.problem.Position;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;

/** Lists of random IPv4 blocks of /20 to /32, the same ones in every run. */
final class RandomRules {

    private RandomRules() {}

    static List<CidrBlock> blocks(int count) {
        Random random = new Random(count);
        List<CidrBlock> blocks = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            int prefixLength = 20 + random.nextInt(13);
            int bits = random.nextInt() & -1 << (32 - prefixLength);
            blocks.add(new CidrBlock(Clients.address(bits), prefixLength));
        }
        return blocks;
    }

    /** One rule a block, allowing and denying by turns, so that nothing can be merged. */
    static List<Rule> rules(int count) {
        List<Rule> rules = new ArrayList<>(count);
        for (CidrBlock block : blocks(count)) {
            Action action = rules.size() % 2 == 0 ? Action.ALLOW : Action.DENY;
            AddressSet addresses = AddressSet.of(List.of(block.range()));
            Position origin = new Position("ipgate.yaml", rules.size() + 1, 0);
            rules.add(new Rule(
                    rules.size(),
                    action,
                    block.toString(),
                    addresses,
                    Set.of(),
                    null,
                    null,
                    false,
                    null,
                    null,
                    origin));
        }
        return rules;
    }
}
