/** Parts that are good by themselves, so that each stack has the one fault it shows. */
export const a = {
  name: "lb-a",
  address: "10.0.0.11",
  interface: "eth0",
  interfaceAddress: "10.0.0.11/24",
} as const;
export const b = {
  name: "lb-b",
  address: "10.0.0.12",
  interface: "eth0",
  interfaceAddress: "10.0.0.12/24",
} as const;
export const www = { name: "www", mode: "http" as const, binds: [{ address: "10.0.0.100", port: 80 }] };
export const web = {
  name: "web" as const,
  mode: "http" as const,
  healthCheck: { kind: "tcp" as const },
  servers: [{ name: "web-1", address: "10.0.0.21", port: 80 }],
};
