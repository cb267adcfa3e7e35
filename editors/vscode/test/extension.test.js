// The extension in front of a VS Code and a language client that only write down what they are asked for.
"use strict";

const assert = require("node:assert/strict");
const Module = require("node:module");
const { beforeEach, test } = require("node:test");

const PACKAGE = require("../package.json");

const DEFAULTS = Object.fromEntries(
  Object.entries(PACKAGE.contributes.configuration.properties).map(([name, { default: value }]) => [name, value]),
);
let asked;
let chosen;
let clients;
let commands;
let fails;
let listeners;
let values;

class LanguageClient {
  constructor(id, name, server, options) {
    Object.assign(this, { id, name, server, options, state: "new", sent: [] });
    clients.push(this);
  }

  async start() {
    this.state = "starting";
    await null;
    if (fails) {
      this.state = "failed";
      throw new Error("spawn cblint ENOENT");
    }
    this.state = "running";
  }

  async stop() {
    assert.equal(this.state, "running");
    this.state = "stopped";
  }

  needsStop() {
    return this.state === "running" || this.state === "starting";
  }

  isRunning() {
    return this.state === "running";
  }

  async sendNotification(...message) {
    this.sent.push(message);
  }
}

const vscode = {
  workspace: {
    getConfiguration: (section) => ({ get: (name) => values[`${section}.${name}`] }),
    onDidChangeConfiguration: (listener) => listeners.push(listener),
  },
  window: {
    createOutputChannel: () => ({ appendLine() {}, show: () => asked.push("log") }),
    showErrorMessage: async (message) => {
      asked.push(message);
      return chosen;
    },
  },
  commands: {
    registerCommand: (name, run) => (commands[name] = run),
    executeCommand: (...command) => asked.push(command.join(" ")),
  },
};

const load = Module._load;
Module._load = (name, ...more) =>
  name === "vscode" ? vscode : name === "vscode-languageclient/node" ? { LanguageClient } : load(name, ...more);
const extension = require("../extension.js");

beforeEach(() => {
  asked = [];
  chosen = undefined;
  clients = [];
  commands = {};
  fails = false;
  listeners = [];
  values = { ...DEFAULTS };
});

function activate() {
  return extension.activate({ subscriptions: [] });
}

function change(name, value) {
  values[name] = value;
  return listeners[0]({ affectsConfiguration: (section) => `${name}.`.startsWith(`${section}.`) });
}

const states = () => clients.map(({ state }) => state);

test("the server is started as it is set", async () => {
  values["cblint.path"] = "/opt/cblint";
  values["cblint.arguments"] = ["--isolated"];
  values["cblint.profile"] = "security";
  await activate();
  const [{ server, options, state }] = clients;
  assert.equal(state, "running");
  assert.deepEqual(server, { command: "/opt/cblint", args: ["lsp", "--isolated"] });
  assert.deepEqual(options.initializationOptions, { profile: "security", inlayHints: false });
});

test("it gets files and texts without a name of all languages that wake the extension", async () => {
  await activate();
  const selected = clients[0].options.documentSelector;
  assert.deepEqual(
    [...new Set(selected.map(({ language }) => `onLanguage:${language}`))],
    PACKAGE.activationEvents,
  );
  assert.deepEqual([...new Set(selected.map(({ scheme }) => scheme))], ["file", "untitled"]);
});

test("a setting is told to the server while it runs, without those of its command", async () => {
  await activate();
  await change("cblint.inlayHints", true);
  assert.deepEqual(clients[0].sent, [
    ["workspace/didChangeConfiguration", { settings: { cblint: { profile: null, inlayHints: true } } }],
  ]);
  assert.deepEqual(states(), ["running"]);
});

test("another command is started in the place of the one that ran", async () => {
  await activate();
  await change("cblint.path", "/opt/cblint");
  assert.deepEqual(states(), ["stopped", "running"]);
  assert.equal(clients[1].server.command, "/opt/cblint");
});

test("settings of others change nothing", async () => {
  await activate();
  await change("editor.tabSize", 2);
  assert.deepEqual(clients[0].sent, []);
  assert.deepEqual(states(), ["running"]);
});

test("restarting twice while the first server starts leaves one", async () => {
  const active = activate();
  const first = commands["cblint.restart"]();
  await Promise.all([active, first, commands["cblint.restart"]()]);
  assert.deepEqual(states(), ["stopped", "stopped", "running"]);
});

test("where there is no cblint, it is said once, with what can be done", async () => {
  fails = true;
  chosen = "Open Settings";
  await activate();
  await new Promise(setImmediate);
  assert.equal(asked.length, 2);
  assert.match(asked[0], /pip install '\.\[lsp\]'/);
  assert.equal(asked[1], "workbench.action.openSettings cblint.path");
});

test("after a failure a restart tries again, and the log can be seen", async () => {
  fails = true;
  chosen = "Show Log";
  await activate();
  await new Promise(setImmediate);
  assert.equal(asked[1], "log");
  fails = false;
  await commands["cblint.restart"]();
  assert.deepEqual(states(), ["failed", "running"]);
});

test("nothing is left running", async () => {
  await activate();
  await extension.deactivate();
  assert.deepEqual(states(), ["stopped"]);
});
