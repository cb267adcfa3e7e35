// Starts `cblint lsp` and tells it what VS Code is set to; the language server does all else.
"use strict";

const vscode = require("vscode");
const { LanguageClient } = require("vscode-languageclient/node");

const LANGUAGES = [
  "yaml",
  "json",
  "terraform",
  "typescript",
  "javascript",
  "python",
  "java",
  "markdown",
  "shellscript",
  "github-actions-workflow",
];
/** Settings with which the server has to be started again; it takes all others while it runs. */
const OF_THE_COMMAND = ["cblint.path", "cblint.arguments"];

let channel;
let client;
/** What has been asked for is done in turn: a server that is still starting cannot be stopped. */
let turn = Promise.resolve();

function configured() {
  return vscode.workspace.getConfiguration("cblint");
}

/** The command, as the user has set it. */
function server(configuration) {
  return { command: configuration.get("path"), args: ["lsp", ...configuration.get("arguments")] };
}

/** What the server can be told, without what is about its command. */
function settings(configuration) {
  return { profile: configuration.get("profile"), inlayHints: configuration.get("inlayHints") };
}

async function start() {
  const configuration = configured();
  client = new LanguageClient("cblint", "cblint", server(configuration), {
    documentSelector: LANGUAGES.flatMap((language) =>
      ["file", "untitled"].map((scheme) => ({ scheme, language })),
    ),
    initializationOptions: settings(configuration),
    outputChannel: channel,
  });
  try {
    await client.start();
  } catch (error) {
    complain(configuration.get("path"), error);
  }
}

async function stop() {
  if (client?.needsStop()) {
    await client.stop();
  }
  client = undefined;
}

function next(work) {
  turn = turn.then(work).catch((error) => channel.appendLine(`${error}`));
  return turn;
}

function restart() {
  return next(async () => {
    await stop();
    await start();
  });
}

/** Say that nothing was started, and what can be done; the message is not waited for. */
function complain(path, error) {
  channel.appendLine(`${error}`);
  const said = `cblint was not started (${path}). In a clone of it, pip install '.[lsp]' installs it; cblint.path is where it is.`;
  vscode.window.showErrorMessage(said, "Open Settings", "Show Log").then((chosen) => {
    if (chosen === "Open Settings") {
      vscode.commands.executeCommand("workbench.action.openSettings", "cblint.path");
    } else if (chosen === "Show Log") {
      channel.show();
    }
  });
}

function changed(event) {
  if (OF_THE_COMMAND.some((name) => event.affectsConfiguration(name))) {
    return restart();
  }
  if (event.affectsConfiguration("cblint")) {
    return next(async () => {
      if (client?.isRunning()) {
        await client.sendNotification("workspace/didChangeConfiguration", {
          settings: { cblint: settings(configured()) },
        });
      }
    });
  }
  return turn;
}

function activate(context) {
  channel = vscode.window.createOutputChannel("cblint");
  context.subscriptions.push(
    channel,
    vscode.commands.registerCommand("cblint.restart", restart),
    vscode.workspace.onDidChangeConfiguration(changed),
  );
  return next(start);
}

function deactivate() {
  return next(stop);
}

module.exports = { LANGUAGES, activate, deactivate };
