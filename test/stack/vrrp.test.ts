import { describe, expect, test } from "vitest";
import { checkSecret, inspectStack } from "../../src/stack/index.ts";
import { found, instanceWith, pairWith, samplePair, sampleStack } from "./sample.ts";

const plain = (value: string) => ({ kind: "plain" as const, value });

describe("authentication", () => {
  const pass = (value: string, version: 2 | 3 = 2) =>
    instanceWith({ version, authentication: { kind: "PASS", password: plain(value) } });
  const at = "pairs.0.vrrpInstances.0.authentication";

  test("needs version 2", () => {
    expect(found(pass("secret"))).toEqual([]);
    expect(found(pass("secret", 3))).toEqual([`${at} STACK_AUTHENTICATION_NEEDS_VERSION_2`]);
  });

  test("refuses passwords over 8 characters and with characters that keepalived.conf reads", () => {
    expect(found(pass("123456789"))).toEqual([`${at}.password.value STACK_PASSWORD_TOO_LONG`]);
    expect(found(pass("ab#cd"))).toEqual([`${at}.password.value STACK_PASSWORD_UNSAFE`]);
    expect(found(pass("a b"))).toEqual([`${at}.password.value STACK_PASSWORD_UNSAFE`]);
  });

  test("never tells the password in a message", () => {
    const { problems } = inspectStack(pass("hunter2#hunter2"));
    expect(problems).toHaveLength(2);
    expect(JSON.stringify(problems)).not.toContain("hunter2");
  });

  test("is checked again when a reference is resolved", () => {
    expect(checkSecret("vrrp.VI_1.password", "way too long").map((problem) => problem.code)).toEqual([
      "STACK_PASSWORD_TOO_LONG",
      "STACK_PASSWORD_UNSAFE",
    ]);
    expect(checkSecret("vrrp.VI_1.password", "")[0]?.code).toBe("STACK_PASSWORD_EMPTY");
    expect(checkSecret("vrrp.VI_1.password", "s3cret")).toEqual([]);
  });

  test("AH does not start as MASTER", () => {
    const input = instanceWith({
      version: 2,
      authentication: { kind: "AH", password: plain("secret") },
      members: { "lb-a": { state: "MASTER" } },
    });
    expect(found(input)).toEqual(["pairs.0.vrrpInstances.0.members.lb-a.state STACK_AH_WITH_MASTER"]);
  });
});

describe("advert interval", () => {
  test("is whole seconds in version 2 and 10 ms to 40.95 s in version 3", () => {
    const at = "pairs.0.vrrpInstances.0.advertInterval STACK_ADVERT_INTERVAL_FRACTION";
    expect(found(instanceWith({ version: 2, advertInterval: "500ms" }))).toEqual([at]);
    expect(found(instanceWith({ version: 2, advertInterval: "1500ms" }))).toEqual([at]);
    expect(found(instanceWith({ version: 2, advertInterval: "2s" }))).toEqual([]);
    expect(found(instanceWith({ version: 3, advertInterval: "41s" }))).toEqual([at]);
    expect(found(instanceWith({ version: 3, advertInterval: "15ms" }))).toEqual([at]);
    expect(found(instanceWith({ version: 3, advertInterval: "100ms" }))).toEqual([]);
  });

  test("of the pair is named where it stands, and once", () => {
    const [first] = sampleStack().pairs[0]?.vrrpInstances ?? [];
    if (first === undefined) throw new Error("the sample has an instance");
    const second = {
      ...first,
      name: "VI_2",
      virtualRouterId: 52,
      vips: [{ address: "10.0.0.102/24" as const }],
    };
    const vrrp = { version: 2 as const, advertInterval: "100ms" as const };
    expect(found(sampleStack(pairWith({ vrrp, vrrpInstances: [first, second] })))).toEqual([
      "pairs.0.vrrp.advertInterval STACK_ADVERT_INTERVAL_FRACTION",
    ]);
  });

  test("decides whether a drill can pass at all", () => {
    const drill = { faults: ["kill" as const], maxOutage: "500ms" as const };
    expect(found(sampleStack(pairWith({ drill })))).toEqual([
      "pairs.0.drill.maxOutage STACK_DRILL_CANNOT_PASS",
    ]);
    expect(found(sampleStack(pairWith({ drill, vrrp: { advertInterval: "100ms" } })))).toEqual([]);
    expect(found(sampleStack(pairWith({ drill: { ...drill, faults: ["handover"] } })))).toEqual([]);
    expect(found(sampleStack(pairWith({ drill, frontends: [], backends: [] })))).toEqual([
      "pairs.0.drill STACK_DRILL_WITHOUT_FRONTEND",
    ]);
  });
});

test("an instance has 1 to 20 virtual addresses, a pair has an instance", () => {
  const many = Array.from({ length: 21 }, (_, i) => ({ address: `10.0.0.${100 + i}/24` }));
  expect(found(instanceWith({ vips: many }))).toEqual(["pairs.0.vrrpInstances.0.vips STACK_VIPS_TOO_MANY"]);
  const none = { frontends: [], backends: [] };
  expect(found(instanceWith({ vips: [] }, none))).toEqual([
    "pairs.0.vrrpInstances.0.vips STACK_INSTANCE_WITHOUT_VIP",
  ]);
  expect(found(sampleStack(pairWith({ ...none, vrrpInstances: [] })))).toEqual([
    "pairs.0.vrrpInstances STACK_PAIR_WITHOUT_INSTANCE",
  ]);
});

test("labels are for IPv4 and fit the kernel", () => {
  const labelled = (label: string) => found(instanceWith({ vips: [{ address: "10.0.0.100/24", label }] }));
  expect(labelled("eth0:vip")).toEqual([]);
  expect(labelled("enp0s31f6:virtual")).toEqual([
    "pairs.0.vrrpInstances.0.vips.0.label STACK_LABEL_TOO_LONG",
  ]);
  expect(labelled("vip")).toEqual(["pairs.0.vrrpInstances.0.vips.0.label STACK_NAME_INVALID"]);
});

test("sync groups hold two instances or more, once, with one master", () => {
  const [first] = samplePair().vrrpInstances;
  if (first === undefined) throw new RangeError("no instance");
  const second = { ...first, name: "VI_2", virtualRouterId: 52, vips: [{ address: "10.0.0.101/24" }] };
  const grouped = (master: string, ...groups: string[][]) =>
    found(
      sampleStack(
        pairWith({
          vrrpInstances: [first, { ...second, master }],
          syncGroups: groups.map((instances, i) => ({ name: `G${i}`, instances })),
        }),
      ),
    );
  expect(grouped("lb-a", ["VI_1", "VI_2"])).toEqual([]);
  expect(grouped("lb-a", ["VI_1"])).toEqual(["pairs.0.syncGroups.0.instances STACK_SYNC_GROUP_TOO_SMALL"]);
  expect(grouped("lb-b", ["VI_1", "VI_2"])).toEqual([
    "pairs.0.syncGroups.0.instances STACK_SYNC_GROUP_CROSSED",
  ]);
  expect(grouped("lb-a", ["VI_1", "VI_1"])).toEqual([
    "pairs.0.syncGroups.0.instances.1 STACK_SYNC_GROUP_TWICE",
  ]);
});

test("a script that looks for haproxy always fails: an error when that is a FAULT, else a warning", () => {
  const chk = (weight: number) => {
    const script = { name: "chk", script: "killall -0 haproxy", weight };
    return inspectStack(instanceWith({ trackScripts: ["chk"] }, { trackScripts: [script] })).problems;
  };
  expect(chk(0).map(({ code, severity }) => [code, severity])).toEqual([
    ["STACK_SCRIPT_SEEKS_HAPROXY", "error"],
  ]);
  expect(chk(-2).map(({ code, severity }) => [code, severity])).toEqual([
    ["STACK_SCRIPT_SEEKS_HAPROXY", "warning"],
  ]);
});

test("a kernel parameter is set in one place", () => {
  expect(
    found(sampleStack(pairWith({ sysctls: { "net.ipv4.ip_forward": 1, "net.core.somaxconn": 4096 } }))),
  ).toEqual(["pairs.0.sysctls.net.ipv4.ip_forward STACK_SYSCTL_TWICE"]);
});

test("further peers are neither nodes of the pair nor virtual addresses", () => {
  const peers = (...list: string[]) => instanceWith({ transport: { kind: "unicast", peers: list } });
  const at = "pairs.0.vrrpInstances.0.transport.peers";
  expect(found(peers("10.0.0.13"))).toEqual([]);
  expect(found(peers("10.0.0.13", "10.0.0.12", "10.0.0.100"))).toEqual([
    `${at}.1 STACK_PEER_IS_OWN`,
    `${at}.2 STACK_PEER_IS_OWN`,
  ]);
});

describe("witnesses", () => {
  const at = "pairs.0.vrrpInstances.0";

  test("a gateway is of the family of the adverts", () => {
    const witness = (address: string) => instanceWith({ witnesses: [{ kind: "gateway", address }] });
    expect(found(witness("10.0.0.1"))).toEqual([]);
    expect(found(witness("2001:db8::1"))).toEqual([`${at}.witnesses.0.address STACK_WITNESS_FAMILY`]);
    expect(found(instanceWith({ witnesses: [{ kind: "gateway" }, { kind: "neighbours" }] }))).toEqual([]);
  });

  test("strictWitness needs one", () => {
    expect(found(instanceWith({ strictWitness: true }))).toEqual([
      `${at}.strictWitness STACK_WITNESS_MISSING`,
    ]);
    expect(
      found(
        instanceWith({ strictWitness: true, witnesses: [{ kind: "tcp", address: "10.0.9.9", port: 7 }] }),
      ),
    ).toEqual([]);
  });
});
