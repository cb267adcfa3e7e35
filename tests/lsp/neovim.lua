-- What a person does in Neovim, one after the other; what is seen then goes to the file that $TOLD names, as JSON.
local told = {}

local function findings()
  return vim.tbl_map(function(each)
    return { code = each.code, line = each.lnum, column = each.col, message = each.message, source = each.source }
  end, vim.diagnostic.get(0))
end

local function wait(what, is_so)
  assert(vim.wait(60000, is_so, 20), "waited in vain for " .. what)
end

local function asked(method)
  local encoding = vim.lsp[vim.lsp.get_clients and "get_clients" or "get_active_clients"]()[1].offset_encoding
  local answers = vim.lsp.buf_request_sync(0, method, vim.lsp.util.make_position_params(0, encoding), 60000)
  for _, answer in pairs(answers or {}) do
    return answer.result
  end
end

local function work()
  wait("findings", function() return #vim.diagnostic.get(0) > 0 end)
  told.findings = findings()

  -- The end of the line of a finding, not the finding itself.
  vim.api.nvim_win_set_cursor(0, { 2, 8 })
  vim.ui.select = function(actions, options, choose)
    told.actions = vim.tbl_map(options.format_item, actions)
    choose(actions[1], 1)
  end
  vim.lsp.buf.code_action()
  wait("a fix", function() return vim.fn.getline(2) == "phases:" end)
  wait("no findings", function() return #vim.diagnostic.get(0) == 0 end)

  vim.api.nvim_win_set_cursor(0, { 4, 6 })
  told.hover = asked("textDocument/hover").contents

  -- CTRL-U takes away the indentation.
  vim.api.nvim_feedkeys("Go\21artifact", "x", false)
  told.completions = asked("textDocument/completion")

  if vim.fn.has("nvim-0.11") == 1 then
    vim.api.nvim_buf_set_lines(0, 1, 2, true, { "phasess:" })
    vim.api.nvim_buf_set_lines(0, -2, -1, true, {})
    wait("findings again", function() return #vim.diagnostic.get(0) > 0 end)
    vim.cmd("write")
    told.saved = vim.fn.readfile("buildspec.yml")
  end
end

local is_done, problem = pcall(work)
if not is_done then
  told.problem = tostring(problem)
end
vim.fn.writefile({ vim.fn.json_encode(told) }, vim.env.TOLD)
vim.cmd("qall!")
