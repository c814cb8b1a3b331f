import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { decode } from "../../src/provider/wire/values.ts";
import { call, connection, createRequest, initFailure, readRequest, startProvider } from "./rpc.ts";

const URN = "urn:pulumi:dev::edge::tandem:index:LoadBalancerPair$tandem:index:PairHearing::web-hearing";
const inputs = {
  pair: "web",
  nodes: [connection, { ...connection, name: "lb-b", address: "10.0.0.12" }],
  deadlineMs: 600,
  releases: { "lb-a": "1", "lb-b": "1" },
};

let running: Awaited<ReturnType<typeof startProvider>>;

beforeEach(async () => {
  running = await startProvider();
  for (const name of ["lb-a", "lb-b"]) running.hosts.state(name).active = true;
});

afterEach(() => running.stop());

const create = () => call(running.client, running.client.create, createRequest(URN, inputs));
const reasons = async () => {
  const error = await create().catch((cause: unknown) => cause);
  return initFailure(error).getReasonsList();
};

describe("a pair whose nodes hear each other", () => {
  it("is proved by adverts both ways, without disturbing it", async () => {
    const { heard } = decode((await create()).getProperties()).value;
    expect(heard).toEqual({ "VI_1: lb-a to lb-b": "advert", "VI_1: lb-b to lb-a": "advert" });
    expect(running.hosts.calls.filter((line) => line.includes("handover"))).toEqual([]);
  });

  it("hands over and back once when the backup was never master since the other started", async () => {
    running.hosts.spoke.delete("lb-b");
    const { heard } = decode((await create()).getProperties()).value;
    expect(heard).toEqual({ "VI_1: lb-a to lb-b": "advert", "VI_1: lb-b to lb-a": "advert" });
    const handovers = running.hosts.calls.filter((line) => line.endsWith(" handover"));
    expect(handovers).toEqual(["lb-a handover", "lb-b handover"]);
  });

  it("counts by its own priority again after the exchange", async () => {
    running.hosts.spoke.delete("lb-b");
    await create();
    const orders = running.hosts.calls.filter((line) => /(handover|reload)$/.test(line));
    expect(orders).toEqual(["lb-a handover", "lb-b handover", "lb-b reload"]);
  });

  it("leaves the address with the node that outranks the other, as in a new pair, and does not ask it back", async () => {
    running.hosts.spoke.delete("lb-b");
    running.hosts.priorities.set("lb-b", 150);
    const { heard } = decode((await create()).getProperties()).value;
    expect(heard).toEqual({ "VI_1: lb-a to lb-b": "advert", "VI_1: lb-b to lb-a": "advert" });
    const orders = running.hosts.calls.filter((line) => /(handover|reload)$/.test(line));
    expect(orders).toEqual(["lb-a handover", "lb-a reload"]);
  });

  it("need not wait for an election when nobody leads yet: the other node does, and hands over to the preferred one", async () => {
    running.hosts.leaderless = true;
    running.hosts.spoke.clear();
    running.hosts.priorities.set("lb-a", 150);
    const { heard } = decode((await create()).getProperties()).value;
    expect(heard).toEqual({ "VI_1: lb-a to lb-b": "advert", "VI_1: lb-b to lb-a": "advert" });
    const orders = running.hosts.calls.filter((line) => /(lead|handover|reload)$/.test(line));
    expect(orders).toEqual(["lb-b lead", "lb-b handover", "lb-b reload"]);
  });

  it("is not asked to lead by a preview, or when one of them leads", async () => {
    await create();
    running.hosts.leaderless = true;
    running.hosts.spoke.clear();
    await call(running.client, running.client.read, readRequest(URN, "web-hearing", inputs, {})).catch(
      () => undefined,
    );
    expect(running.hosts.calls.filter((line) => line.endsWith("lead"))).toEqual([]);
  });

  it("is not disturbed by a preview", async () => {
    running.hosts.spoke.delete("lb-b");
    const before = { heard: { x: "advert" } };
    const response = await call(
      running.client,
      running.client.read,
      readRequest(URN, "web-hearing", inputs, before),
    );
    expect(decode(response.getProperties()).value).toMatchObject(before);
    expect(running.hosts.calls.filter((line) => line.includes("handover"))).toEqual([]);
  });

  it("is not asked for of instances in FAULT, which take no part", async () => {
    running.hosts.vrrp.set("lb-a", { state: "FAULT", reasons: ["chk failed"] });
    running.hosts.unheard.set("lb-a", {});
    expect(decode((await create()).getProperties()).value.heard).toEqual({});
  });
});

describe("a pair that does not", () => {
  it("fails the deployment and names the deaf direction when nothing arrives", async () => {
    running.hosts.unheard.set("lb-a", {});
    running.hosts.vrrp.set("lb-b", { state: "MASTER", reasons: [] });
    running.hosts.vrrp.set("lb-a", { state: "MASTER", reasons: [] });
    const [reason, ...others] = await reasons();
    expect(others).toEqual([]);
    expect(reason).toContain("host lb-b: error[VERIFY_PAIR_DEAF]");
    expect(reason).toContain("lb-b does not hear lb-a in instance VI_1 (nothing arrived)");
    expect(reason).toContain("IP protocol 112");
    expect(reason).toContain("IGMP snooping");
  });

  it("says what was refused when packets arrive that are not taken", async () => {
    running.hosts.unheard.set("lb-a", { authentication_failures: 12 });
    running.hosts.vrrp.set("lb-b", { state: "MASTER", reasons: [] });
    running.hosts.vrrp.set("lb-a", { state: "MASTER", reasons: [] });
    const [reason] = await reasons();
    expect(reason).toContain("(refused: 12 authentication failures)");
    expect(reason).toContain("compare authentication, version, interval and addresses");
  });

  it("names a backup that reports nothing: its master would not know that nobody takes over", async () => {
    running.hosts.unheard.set("lb-b", {});
    const all = await reasons();
    expect(all).toHaveLength(1);
    expect(all[0]).toContain("lb-a does not hear lb-b in instance VI_1");
  });
});
