// The workload on the TypeScript SDK 2: `server.mjs PORT NAME VERSION CATALOGUE`.
import { readFileSync } from 'node:fs';
import { createServer as createHttpServer } from 'node:http';
import { localhostHostValidation, localhostOriginValidation, toNodeHandler } from '@modelcontextprotocol/node';
import { createMcpHandler, McpServer } from '@modelcontextprotocol/server';
import { z } from 'zod';

const [port, name, version, path] = process.argv.slice(2);
const catalogue = JSON.parse(readFileSync(path, 'utf8'));
const readOnly = { readOnlyHint: true };
const item = z.object({
  sku: z.string(),
  name: z.string(),
  price: z.number(),
  in_stock: z.boolean(),
  tags: z.array(z.string()),
});
const page = z.object({ id: z.number(), title: z.string(), updated: z.string(), items: z.array(item) });

function createServer() {
  const server = new McpServer({ name, version });
  server.registerTool(
    'echo',
    { description: 'Give the message back.', inputSchema: z.object({ message: z.string() }), annotations: readOnly },
    async ({ message }) => ({ content: [{ type: 'text', text: message }] }),
  );
  server.registerTool(
    'lookup',
    {
      description: 'Look up a page of the catalogue.',
      inputSchema: z.object({ id: z.number().int() }),
      outputSchema: page,
      annotations: readOnly,
    },
    async ({ id }) => {
      const found = { id, ...catalogue };
      return { content: [{ type: 'text', text: JSON.stringify(found) }], structuredContent: found };
    },
  );
  server.registerResource('about', 'catalogue://about', { mimeType: 'text/plain' }, async (uri) => ({
    contents: [{ uri: uri.href, text: 'A catalogue of widgets.' }],
  }));
  server.registerPrompt(
    'describe',
    { description: 'Ask for a description.', argsSchema: z.object({ topic: z.string() }) },
    ({ topic }) => ({
      messages: [{ role: 'user', content: { type: 'text', text: `Describe ${topic} in one sentence.` } }],
    }),
  );
  return server;
}

const validHost = localhostHostValidation();
const validOrigin = localhostOriginValidation();
const handle = toNodeHandler(createMcpHandler(() => createServer()));
createHttpServer((request, response) => {
  if (validHost(request, response) && validOrigin(request, response)) handle(request, response);
}).listen(Number(port), '127.0.0.1');
