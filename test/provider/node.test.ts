import { createHash } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import pb from "@pulumi/pulumi/proto/provider_pb.js";
import { afterAll, afterEach, beforeEach, describe, expect, it } from "vitest";
import { decode, UNKNOWN } from "../../src/provider/wire/values.ts";
import {
  call,
  checkRequest,
  connection,
  createRequest,
  diffRequest,
  initFailure,
  NODE_URN,
  nodeInputs,
  readRequest,
  startProvider,
} from "./rpc.ts";

const folder = mkdtempSync(join(tmpdir(), "tandem-rpc-"));
const binary = join(folder, "tandemd");
writeFileSync(binary, "a binary");
const digest = createHash("sha256").update("a binary").digest("hex");
const inputs = (change = {}) => nodeInputs(digest, change);
const ID = "lb-a@10.0.0.11";

let running: Awaited<ReturnType<typeof startProvider>>;
beforeEach(async () => {
  running = await startProvider({ TANDEM_BINARY: binary });
  await call(running.client, running.client.configure, new pb.ConfigureRequest());
});
afterEach(async () => {
  await running.stop();
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function create(change = {}): Promise<pb.CreateResponse> {
  return call(running.client, running.client.create, createRequest(NODE_URN, inputs(change)));
}

async function read(change = {}): Promise<pb.ReadResponse> {
  return call(running.client, running.client.read, readRequest(NODE_URN, ID, inputs(change)));
}

async function diff(olds: object, news: object, oldInputs: object = inputs()) {
  const response = await call(
    running.client,
    running.client.diff,
    diffRequest(NODE_URN, olds, oldInputs, news),
  );
  const paths: Record<string, number> = {};
  response.getDetaileddiffMap().forEach((value, key) => {
    paths[key] = value.getKind();
  });
  return { response, paths };
}

const { DIFF_NONE, DIFF_SOME } = pb.DiffResponse.DiffChanges;
const { ADD, DELETE, UPDATE, UPDATE_REPLACE } = pb.PropertyDiff.Kind;

describe("create of a node", () => {
  it("plans without touching the host in a preview, with unknown values kept", async () => {
    const news = { ...inputs(), connection: { ...connection, address: UNKNOWN } };
    const response = await call(running.client, running.client.create, createRequest(NODE_URN, news, true));
    expect(running.hosts.calls).toEqual([]);
    const { value } = decode(response.getProperties());
    expect(value).toMatchObject({ connection: { address: UNKNOWN }, files: inputs().files });
  });

  it("ships the release with its secrets, and returns live values without them", async () => {
    const response = await create();
    expect(response.getId()).toBe(ID);
    expect(response.getRefreshBeforeUpdate()).toBe(true);
    expect(running.hosts.calls).toEqual(["lb-a preflight", "lb-a apply", "lb-a observe"]);
    expect(running.hosts.state("lb-a").files.get("keepalived.conf")).toBe("auth_pass s3cr3tPw\n");
    const { value } = decode(response.getProperties());
    expect(value).toMatchObject({
      files: inputs().files,
      roles: { VI_1: "BACKUP" },
      releaseId: inputs().releaseId,
    });
    expect(JSON.stringify(value)).not.toContain("s3cr3tPw");
    expect(JSON.stringify(value)).not.toContain("hunter2");
  });

  it("refuses an executable that is not the one of the plan, before any host is asked", async () => {
    const other = { sha256: "0".repeat(64), version: "0.1.0" };
    await expect(create({ binary: other })).rejects.toThrow(/PROVIDER_BINARY_CHANGED/);
    expect(running.hosts.calls).toEqual([]);
  });

  it("keeps a node that is in FAULT, with the reasons, for the next run", async () => {
    running.hosts.vrrp.set("lb-a", { state: "FAULT", reasons: ["eth0 is down"] });
    const error = await create().catch((thrown: unknown) => thrown);
    const detail = initFailure(error);
    expect(detail.getId()).toBe(ID);
    expect(detail.getReasonsList()).toEqual(["VRRP instance VI_1 is in FAULT on eth0: eth0 is down"]);
    expect(decode(detail.getProperties()).value).toMatchObject({ files: inputs().files });
  });
});

describe("read of a node", () => {
  it("tells that the proxy's user is gone, so that the next run makes it again", async () => {
    const { files, paths, permissions } = inputs();
    const wished = {
      files: { ...files, "sysusers.conf": "u tandem\n" },
      paths: { ...paths, "sysusers.conf": "/etc/tandem/current/sysusers.conf" },
      permissions: { ...permissions, "sysusers.conf": "0644 root:root" },
    };
    await create(wished);
    expect((await read(wished)).getId()).toBe(ID);
    running.hosts.state("lb-a").proxyUser = false;
    const detail = initFailure(await read(wished).catch((thrown: unknown) => thrown));
    expect(detail.getReasonsList()).toEqual([
      "there is no user and group tandem: the service runs on, and would not start again",
    ]);
  });

  it("returns live values, and the declared inputs as they were", async () => {
    await create();
    running.hosts.state("lb-a").files.set("haproxy.cfg", "by hand\n");
    const response = await read();
    expect(decode(response.getProperties()).value).toMatchObject({ files: { "haproxy.cfg": "by hand\n" } });
    expect(decode(response.getInputs()).value).toEqual(JSON.parse(JSON.stringify(inputs())));
  });

  it("is an error when the host does not answer, never a deletion", async () => {
    await create();
    running.hosts.unreachable.add("lb-a");
    await expect(read()).rejects.toThrow(/host lb-a: error\[HOST_UNREACHABLE\]/);
  });

  it("takes a host that is gone for good as it was last read, when it is told to", async () => {
    const request = new pb.ConfigureRequest();
    request.setArgs(checkRequest(NODE_URN, { onUnreachable: "forget" }).getNews());
    await call(running.client, running.client.configure, request);
    running.hosts.unreachable.add("lb-a");
    const last = readRequest(NODE_URN, ID, inputs(), { releaseId: "last" });
    const response = await call(running.client, running.client.read, last);
    expect(decode(response.getProperties()).value).toEqual({ releaseId: "last" });
  });

  it("finds a host without our files to be empty, not gone", async () => {
    const response = await read();
    expect(response.getId()).toBe(ID);
    const { value } = decode(response.getProperties());
    expect(value).toMatchObject({ files: {}, releaseId: "", service: { active: false } });
    const { paths } = await diff(value, inputs());
    expect(paths).toMatchObject({ 'files["haproxy.cfg"]': ADD, releaseId: UPDATE, "service.active": UPDATE });
  });

  it("imports by id, without secrets, in a form that the same program finds unchanged", async () => {
    await create();
    running.hosts.state("lb-a").files.set("90-tandem.conf", "net.ipv4.ip_nonlocal_bind = 1\n");
    const response = await call(running.client, running.client.read, readRequest(NODE_URN, ID));
    const imported = decode(response.getInputs()).value;
    expect(imported).toMatchObject({ imported: true, sysctls: { "net.ipv4.ip_nonlocal_bind": "1" } });
    expect(JSON.stringify(response.toObject())).not.toContain("s3cr3tPw");
    const live = decode(response.getProperties()).value;
    const news = inputs({
      files: { ...inputs().files, "90-tandem.conf": "net.ipv4.ip_nonlocal_bind = 1\n" },
      permissions: { ...inputs().permissions, ...(live.permissions as object) },
    });
    expect((await diff(live, news, imported)).paths).toEqual({});
  });

  it("says how an id is written when it is none", async () => {
    await expect(call(running.client, running.client.read, readRequest(NODE_URN, "lb-a"))).rejects.toThrow(
      /NAME@ADDRESS/,
    );
  });
});

describe("diff of a node", () => {
  async function live(): Promise<object> {
    return decode((await create()).getProperties()).value;
  }

  it("finds nothing on a host that is as wished", async () => {
    const { response } = await diff(await live(), inputs());
    expect(response.getChanges()).toBe(DIFF_NONE);
    expect(response.getHasdetaileddiff()).toBe(true);
  });

  it("names the file, the kernel parameter and the service that differ", async () => {
    const olds = await live();
    const hand = {
      ...olds,
      files: { "haproxy.cfg": "by hand\n" },
      sysctls: { "net.ipv4.ip_nonlocal_bind": "0" },
      service: { enabled: true, active: false },
    };
    const { response, paths } = await diff(hand, inputs());
    expect(response.getChanges()).toBe(DIFF_SOME);
    expect(paths).toEqual({
      'files["haproxy.cfg"]': UPDATE,
      'files["keepalived.conf"]': ADD,
      'sysctls["net.ipv4.ip_nonlocal_bind"]': UPDATE,
      "service.active": UPDATE,
    });
    expect(response.getDiffsList()).toEqual(["files", "sysctls", "service"]);
  });

  it("names a file that is no longer wished as deleted", async () => {
    const { "haproxy.cfg": _, ...files } = inputs().files;
    expect((await diff(await live(), inputs({ files }))).paths).toEqual({ 'files["haproxy.cfg"]': DELETE });
  });

  it("ignores roles and the way to reach the host, but not a new secret", async () => {
    const olds = { ...(await live()), roles: { VI_1: "MASTER" }, held: ["10.0.0.100/24"] };
    const news = inputs({
      connection: { ...connection, user: "deploy", auth: [{ kind: "agent" }] },
      secrets: { vrrp: "another" },
    });
    expect((await diff(olds, news)).paths).toEqual({ "secrets.vrrp": UPDATE });
  });

  it("replaces the node, old one first, when it moves to another address", async () => {
    const news = inputs({ connection: { ...connection, address: "10.0.0.99" } });
    const { response, paths } = await diff(await live(), news);
    expect(paths).toEqual({ "connection.address": UPDATE_REPLACE });
    expect(response.getReplacesList()).toEqual(["connection"]);
    expect(response.getDeletebeforereplace()).toBe(true);
  });

  it("leaves out what the program ignores", async () => {
    const olds = { ...(await live()), sysctls: { "net.ipv4.ip_nonlocal_bind": "0" }, releaseId: "other" };
    const request = diffRequest(NODE_URN, olds, inputs(), inputs());
    request.setIgnorechangesList(["sysctls"]);
    const response = await call(running.client, running.client.diff, request);
    expect(response.getDiffsList()).toEqual(["releaseId"]);
  });
});

describe("delete of a node", () => {
  function remove(): Promise<unknown> {
    const request = new pb.DeleteRequest();
    request.setUrn(NODE_URN);
    request.setId(ID);
    request.setOldInputs(createRequest(NODE_URN, inputs()).getProperties());
    return call(running.client, running.client.delete, request);
  }

  it("cleans the host", async () => {
    await create();
    await remove();
    expect(running.hosts.states.size).toBe(0);
  });

  it("fails when the host does not answer, and says how to forget it", async () => {
    await create();
    running.hosts.unreachable.add("lb-a");
    await expect(remove()).rejects.toThrow(/TANDEM_ON_UNREACHABLE=forget/);
  });

  it("forgets a host that is gone when it is told to", async () => {
    const request = new pb.ConfigureRequest();
    request.setArgs(checkRequest(NODE_URN, { onUnreachable: "forget" }).getNews());
    await call(running.client, running.client.configure, request);
    await create();
    running.hosts.unreachable.add("lb-a");
    await expect(remove()).resolves.toBeDefined();
  });
});

describe("cancel", () => {
  it("refuses new operations until another engine attaches", async () => {
    running.provider.cancel();
    await expect(create()).rejects.toThrow(/PROVIDER_CANCELLED/);
  });
});
