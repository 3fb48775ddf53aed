// SPDX-License-Identifier: MIT OR Apache-2.0
//
// The program: reads the command line, runs the command. Each command is in a file of its own.
#include <fmt/ranges.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <cstdlib>
#include <exception>
#include <new>
#include <span>

#include "bytes/budget.h"
#include "cli/command_table.h"
#include "cli/help.h"
#include "cli/sandbox.h"
#include "cli/suggestion.h"
#include "cli/terminal.h"
#include "source/directory.h"
#include "write/formats.h"

namespace rartifacts {
namespace {

// CLI11 takes a positional `[mk]` for a list that holds `mk`. It does not take `./[mk]` for one.
std::vector<std::string> with_plain_operands(const CLI::App& app, std::span<char*> arguments) {
  std::vector<std::string> plain(arguments.begin() + 1, arguments.end());
  const auto takes_next = [&](const std::string& word) {
    const auto commands = app.get_subcommands([](const CLI::App*) { return true; });
    const auto is_such = [&](const CLI::App* each) {
      const auto* option = each->get_option_no_throw(word);
      return option && option->get_expected_max() > 0;
    };
    return word.starts_with('-') && (is_such(&app) || std::ranges::any_of(commands, is_such));
  };
  bool is_value = false;
  bool are_operands = false;  // behind `--`
  for (auto& word : plain) {
    const bool is_list = !is_value && word.starts_with('[') && word.ends_with(']');
    are_operands = are_operands || word == "--";
    is_value = !are_operands && takes_next(word);
    if (is_list) word.insert(0, "./");
  }
  return plain;
}

// `help scan` as `scan --help`. `-C DIR` may stand before it.
void ask_as_option(std::vector<std::string>& words) {
  auto word = words.begin();
  while (word != words.end() && word->starts_with('-') && word->size() > 1)
    word += (*word == "-C" || *word == "--directory") && word + 1 != words.end() ? 2 : 1;
  if (word == words.end() || *word != "help") return;
  word = words.erase(word);
  const bool is_known = word == words.end() || word->starts_with('-') || command_of(*word) || *word == "help";
  if (is_known) words.emplace_back("--help");
}

std::vector<std::string_view> option_names(const HelpPage& page) {
  std::vector<std::string_view> names;
  for (const auto* options : {&page.options, &page.global_options})
    for (const auto& option : *options) names.insert(names.end(), option.names.begin(), option.names.end());
  return names;
}

// What nobody expected: a command, an option, or an operand.
std::string unexpected(const CLI::App& app, const HelpPage& page) {
  const auto words = app.remaining(true);
  const auto mistyped = std::ranges::find_if(words, [](const auto& each) { return each.starts_with('-'); });
  const auto word = mistyped != words.end() && page.commands.empty() ? *mistyped : words.empty() ? "" : words.front();
  if (!page.commands.empty() && !word.starts_with('-'))
    return fmt::format("there is no command {}{}", word, did_you_mean(word, command_table(), &CommandRow::name));
  if (!word.starts_with('-')) return fmt::format("unexpected operand {}", word);
  const auto name = word.substr(0, word.find('='));
  return fmt::format("there is no option {}{}", name, did_you_mean(name, option_names(page)));
}

// `--format: tabel not in {…}`: which words it takes, or which one was meant.
std::string not_a_choice(const std::string& error, const HelpPage& page) {
  constexpr std::string_view kNotIn = " not in {";
  const auto name = error.substr(0, error.find(": "));
  const auto end = error.find(kNotIn);
  const auto option = std::ranges::find_if(
      page.options, [&](const HelpOption& each) { return std::ranges::find(each.names, name) != each.names.end(); });
  if (end == error.npos || option == page.options.end() || name.size() + 2 > end) return error;
  const auto typed = error.substr(name.size() + 2, end - name.size() - 2);
  auto meant = did_you_mean(typed, {option->choices.begin(), option->choices.end()});
  if (meant.empty()) meant = fmt::format(": give one of {}", fmt::join(option->choices, ", "));
  return fmt::format("{}: there is no value {}{}", name, typed, meant);
}

std::string usage_error(const CLI::ParseError& error, const CLI::App& app, const HelpPage& page) {
  std::string what = error.what();
  if (dynamic_cast<const CLI::ExtrasError*>(&error)) return unexpected(app, page);
  if (dynamic_cast<const CLI::ValidationError*>(&error)) return not_a_choice(what, page);
  if (dynamic_cast<const CLI::RequiredError*>(&error)) {
    // What is missing may stand there, mistyped.
    const auto is_option = [](const std::string& word) { return word.starts_with('-'); };
    const auto left_over = app.remaining(true);
    if (!left_over.empty() && (!page.commands.empty() || std::ranges::any_of(left_over, is_option)))
      return unexpected(app, page);
    return page.commands.empty() ? "missing operand " + what.substr(0, what.find(' ')) : "no command given";
  }
  if (dynamic_cast<const CLI::ArgumentMismatch*>(&error)) return what.substr(0, what.find(':')) + " needs a value";
  if (const auto at = what.find(" excludes "); at != what.npos)
    return fmt::format("{} and {} exclude each other", what.substr(0, at), what.substr(at + 10));
  return what;
}

}  // namespace

ExitCode run(int argc, char** argv) {
  CLI::App app("", "rartifacts");
  Commands commands;
  const std::span arguments(argv, static_cast<std::size_t>(argc));
  add_commands(app, commands,
               [&](std::string_view name) { return std::ranges::find(arguments, name) != arguments.end(); });
  auto words = with_plain_operands(app, arguments);
  ask_as_option(words);
  const bool is_short = std::ranges::find(words, "-h") != words.end();
  const auto chosen = [&]() -> const CLI::App& {
    const auto named = app.get_subcommands();
    return named.empty() ? app : *named.front();
  };
  try {
    std::ranges::reverse(words);  // as CLI11 wants them
    app.parse(std::move(words));
  } catch (const CLI::CallForHelp&) {
    const auto page = help_page(chosen());
    return print(is_short ? short_help(page) : long_help(page));
  } catch (const CLI::CallForVersion& version) {
    const auto is_given = [&](std::string_view word) { return std::ranges::find(arguments, word) != arguments.end(); };
    if (is_given("--no-sandbox")) leave_doors_open();
    return print(fmt::format("{}\n{}", version.what(), is_given("--verbose") ? sandbox_status() + '\n' : ""));
  } catch (const CLI::ParseError& error) {
    const auto page = help_page(chosen());
    complain(fmt::format("{} (see {} --help)", printable(usage_error(error, app, page)), page.command));
    return ExitCode::usage;
  }
  if (!commands.directory.empty() && chdir(commands.directory.c_str()) != 0)
    return report({commands.directory, fail_errno("").error()}), ExitCode::input;
  if (commands.no_sandbox) leave_doors_open();
  const Budget::Run budget;
  const auto code = command_of(chosen().get_name())->run(commands);
  return is_over_limit() && code != ExitCode::input ? print("") : code;
}

namespace {

ExitCode say_out_of_memory() {
  constexpr std::string_view kMessage = "rartifacts: out of memory\n";  // and no more is asked for
  [[maybe_unused]] const auto written = write(STDERR_FILENO, kMessage.data(), kMessage.size());
  return ExitCode::input;
}

// Where there is no memory for an exception either, the runtime ends the program instead of throwing one.
[[noreturn]] void end_without_memory() {
  constexpr std::size_t kOfAnException = 256;
  if (!std::current_exception() && !std::malloc(kOfAnException)) _exit(static_cast<int>(say_out_of_memory()));
  std::abort();
}

// Before the objects at namespace scope are made: they need memory too.
[[gnu::constructor(101)]] void be_ready_for_no_memory() { std::set_terminate(end_without_memory); }

}  // namespace
}  // namespace rartifacts

int main(int argc, char** argv) {
  // A reader that goes away (`| head`), or a file over the limit of the shell, is an error we report, not a signal that
  // kills us.
  std::signal(SIGPIPE, SIG_IGN);
  std::signal(SIGXFSZ, SIG_IGN);
  try {
    return static_cast<int>(rartifacts::run(argc, argv));
  } catch (const std::bad_alloc&) {
    return static_cast<int>(rartifacts::say_out_of_memory());
  } catch (const std::exception& error) {
    rartifacts::complain(rartifacts::printable(error.what()));
  }
  return static_cast<int>(rartifacts::ExitCode::input);
}
