import type { Problem } from "../../diagnostics/index.ts";
import { parseInterface, parseIp } from "../schema/address.ts";
import { durationMs } from "../schema/duration.ts";
import type { PairData, VrrpInstanceData } from "../schema/stack.ts";
import { secretProblems } from "../secrets.ts";
import { isLinkLocal } from "./addresses.ts";
import { error, type Path, warning } from "./report.ts";

/** What each VRRP version allows, and what an instance needs to mean anything. */
export function checkVrrp(pair: PairData, path: Path): Problem[] {
  const problems = pair.vrrpInstances.flatMap((instance, i) =>
    checkInstance(pair, instance, [...path, "vrrpInstances", i]),
  );
  if (pair.vrrpInstances.length > 0) return problems;
  return [
    error("STACK_PAIR_WITHOUT_INSTANCE", [...path, "vrrpInstances"], "the pair has no VRRP instance", {
      why: "its nodes would share no address",
      hint: "add one with a virtual address",
    }),
  ];
}

function checkInstance(pair: PairData, instance: VrrpInstanceData, path: Path): Problem[] {
  return [
    ...addresses(instance, path),
    ...version(pair, instance, path),
    ...interval(pair, instance, path),
    ...authentication(pair, instance, path),
    ...labels(instance, path),
    ...witnesses(instance, path),
  ];
}

function witnesses(instance: VrrpInstanceData, path: Path): Problem[] {
  const [family] = families(instance);
  const problems = instance.witnesses.flatMap((witness, i) => {
    if (witness.kind !== "gateway" || witness.address === undefined || family === undefined) return [];
    if (parseIp(witness.address)?.family === family) return [];
    return [
      error(
        "STACK_WITNESS_FAMILY",
        [...path, "witnesses", i, "address"],
        `gateway ${witness.address} is of another family than the adverts`,
        {
          why: "it is asked from the address that the adverts come from, so it could never answer",
          hint: "name its address of the same family, or leave the address out",
        },
      ),
    ];
  });
  if (!instance.strictWitness || instance.witnesses.length > 0) return problems;
  return [
    ...problems,
    error("STACK_WITNESS_MISSING", [...path, "strictWitness"], "strictWitness without a witness", {
      why: "nobody could fall silent",
      hint: "add witnesses, or take strictWitness out",
    }),
  ];
}

function families(instance: VrrpInstanceData): string[] {
  return instance.vips.flatMap((vip) => parseInterface(vip.address)?.address.family ?? []);
}

function addresses(instance: VrrpInstanceData, path: Path): Problem[] {
  if (instance.vips.length === 0) {
    return [
      error(
        "STACK_INSTANCE_WITHOUT_VIP",
        [...path, "vips"],
        `instance ${JSON.stringify(instance.name)} has no virtual address`,
        {
          hint: 'add one, e.g. { address: "10.0.0.100/24" }',
        },
      ),
    ];
  }
  const problems: Problem[] = [];
  const [first, ...rest] = families(instance);
  const odd = rest.findIndex((family) => family !== first);
  if (odd !== -1) {
    problems.push(
      error(
        "STACK_VIP_FAMILIES_MIXED",
        [...path, "vips", odd + 1, "address"],
        "an advert carries IPv4 or IPv6 addresses, not both",
        {
          hint: "move it to excludedVips, or to an instance of its own",
        },
      ),
    );
  }
  if (instance.vips.length > 20) {
    problems.push(
      error(
        "STACK_VIPS_TOO_MANY",
        [...path, "vips"],
        `${instance.vips.length} virtual addresses do not fit one advert`,
        {
          why: "an advert carries 20 at most",
          hint: "move the others to excludedVips; they move along",
        },
      ),
    );
  }
  return problems;
}

function version(pair: PairData, instance: VrrpInstanceData, path: Path): Problem[] {
  const wish = instance.version ?? pair.vrrp.version;
  const [first] = families(instance);
  if (first !== "ipv6") return [];
  const problems: Problem[] = [];
  if (wish === 2) {
    problems.push(
      error("STACK_IPV6_NEEDS_VERSION_3", [...path, "version"], "VRRP version 2 knows no IPv6", {
        hint: "write version: 3",
      }),
    );
  }
  const leader = parseInterface(instance.vips[0]?.address ?? "");
  if (leader !== undefined && !isLinkLocal(leader)) {
    problems.push(
      warning(
        "STACK_IPV6_LINK_LOCAL_FIRST",
        [...path, "vips", 0, "address"],
        `the first IPv6 address is ${leader.text}, not a link-local one`,
        {
          why: "RFC 5798 section 5.2.9 wants a link-local address first; routers of other makers may refuse the adverts",
          hint: 'put one such as { address: "fe80::100/64" } first',
        },
      ),
    );
  }
  return problems;
}

function interval(pair: PairData, instance: VrrpInstanceData, path: Path): Problem[] {
  const wish = instance.advertInterval ?? pair.vrrp.advertInterval;
  const at =
    instance.advertInterval === undefined
      ? [...path.slice(0, 2), "vrrp", "advertInterval"]
      : [...path, "advertInterval"];
  const ms = durationMs(wish);
  if ((instance.version ?? pair.vrrp.version) === 2) {
    if (ms >= 1000 && ms % 1000 === 0) return [];
    return [
      error("STACK_ADVERT_INTERVAL_FRACTION", at, `version 2 counts adverts in whole seconds, not ${wish}`, {
        why: "the field of the packet holds seconds; a fraction would be sent as something else",
        hint: "write 1s or more, or version: 3",
      }),
    ];
  }
  if (ms <= 40_950 && ms % 10 === 0) return [];
  return [
    error(
      "STACK_ADVERT_INTERVAL_FRACTION",
      at,
      `version 3 counts adverts in steps of 10ms up to 40.95s, not ${wish}`,
      {
        why: "the field of the packet has 12 bits of centiseconds",
        hint: "write e.g. 100ms",
      },
    ),
  ];
}

function authentication(pair: PairData, instance: VrrpInstanceData, path: Path): Problem[] {
  const { authentication: auth } = instance;
  if (auth.kind === "none") return [];
  const at = [...path, "authentication"];
  const problems: Problem[] = [];
  if ((instance.version ?? pair.vrrp.version) === 3) {
    problems.push(
      error("STACK_AUTHENTICATION_NEEDS_VERSION_2", at, `VRRP version 3 has no authentication ${auth.kind}`, {
        why: "RFC 5798 took it out; the other side would ignore it",
        hint: "take it out, or write version: 2",
      }),
    );
  }
  if (auth.kind === "AH") {
    const starts = Object.entries(instance.members).find(([, member]) => member.state === "MASTER");
    if (starts !== undefined) {
      problems.push(
        error(
          "STACK_AH_WITH_MASTER",
          [...path, "members", starts[0], "state"],
          "AH does not start in state MASTER",
          {
            why: "the sequence number must be learnt from the other node first",
            hint: 'write state: "BACKUP" or leave it out',
          },
        ),
      );
    }
  }
  if (auth.password.kind === "plain") {
    problems.push(...secretProblems(auth.password.value, [...at, "password", "value"]));
  }
  return problems;
}

function labels(instance: VrrpInstanceData, path: Path): Problem[] {
  return instance.vips.flatMap((vip, j) => {
    if (vip.label === undefined) return [];
    const at = [...path, "vips", j, "label"];
    if (parseInterface(vip.address)?.address.family === "ipv6") {
      return [error("STACK_LABEL_NEEDS_IPV4", at, "IPv6 addresses have no label", { hint: "take it out" })];
    }
    return vip.label.length <= 15
      ? []
      : [
          error(
            "STACK_LABEL_TOO_LONG",
            at,
            `label ${JSON.stringify(vip.label)} has ${vip.label.length} characters`,
            {
              why: "the kernel holds 15",
              hint: "take a shorter tag behind the colon",
            },
          ),
        ];
  });
}
