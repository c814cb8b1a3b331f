// The server behind the proxy, a program of its own: it runs on the proxy's host. usage: origin.ts PORT
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { digest, long } from "./bodies.ts";
import { echo } from "./websocket.ts";

async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const pieces: Buffer[] = [];
  for await (const piece of request) pieces.push(piece as Buffer);
  switch (request.url) {
    case "/":
      response.setHeader("content-type", "text/html");
      response.end("<!doctype html><title>ready</title>");
      break;
    case "/long":
      response.end(long);
      break;
    case "/digest":
      response.end(digest(Buffer.concat(pieces)));
      break;
    default:
      response.end(`${request.headers.host} ${request.url}`);
  }
}

const server = createServer((request, response) => void answer(request, response));
server.on("upgrade", echo);
server.listen(Number(process.argv[2]), "127.0.0.1");
