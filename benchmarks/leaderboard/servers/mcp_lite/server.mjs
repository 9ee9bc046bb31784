// The workload on mcp-lite, without sessions: `server.mjs PORT NAME VERSION CATALOGUE`.
import { readFileSync } from 'node:fs';
import { serve } from '@hono/node-server';
import { Hono } from 'hono';
import { McpServer, StreamableHttpTransport } from 'mcp-lite';
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

const server = new McpServer({
  name,
  version,
  schemaAdapter: (schema) => z.toJSONSchema(schema),
});
server.tool('echo', {
  description: 'Give the message back.',
  inputSchema: z.object({ message: z.string() }),
  annotations: readOnly,
  handler: ({ message }) => ({ content: [{ type: 'text', text: message }] }),
});
server.tool('lookup', {
  description: 'Look up a page of the catalogue.',
  inputSchema: z.object({ id: z.number().int() }),
  outputSchema: page,
  annotations: readOnly,
  handler: ({ id }) => {
    const found = { id, ...catalogue };
    return { content: [{ type: 'text', text: JSON.stringify(found) }], structuredContent: found };
  },
});
server.resource('catalogue://about', { name: 'about', mimeType: 'text/plain' }, async (uri) => ({
  contents: [{ uri: uri.href, text: 'A catalogue of widgets.' }],
}));
server.prompt('describe', {
  description: 'Ask for a description.',
  arguments: [{ name: 'topic', required: true }],
  handler: ({ topic }) => ({
    messages: [{ role: 'user', content: { type: 'text', text: `Describe ${topic} in one sentence.` } }],
  }),
});

const handle = new StreamableHttpTransport().bind(server);
const app = new Hono();
app.all('/mcp', (context) => handle(context.req.raw));
serve({ fetch: app.fetch, port: Number(port), hostname: '127.0.0.1' });
