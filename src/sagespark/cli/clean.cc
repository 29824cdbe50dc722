#include <charconv>
#include <limits>
#include <map>
#include <memory>
#include <optional>
#include <vector>

#include "sagespark/base/uri.h"
#include "sagespark/cleanup/leftovers.h"
#include "sagespark/cleanup/run_tags.h"
#include "sagespark/cli/aws_clients.h"
#include "sagespark/cli/command_support.h"
#include "sagespark/cli/commands.h"

namespace sagespark::cli {
namespace {

struct CleanOptions {
  std::string older_than;
  std::string run_id;
  std::vector<std::string> staging;
  bool dry_run = false;
};

/// "90s", "30m", "2h", "7d".
Result<std::chrono::seconds> ParseAge(const std::string& text) {
  static const std::map<char, int64_t> kSeconds = {{'s', 1}, {'m', 60}, {'h', 3600}, {'d', 86400}};
  const auto unit = text.empty() ? kSeconds.end() : kSeconds.find(text.back());
  int64_t count = 0;
  const char* end = text.data() + text.size() - (text.empty() ? 0 : 1);
  const auto parsed = std::from_chars(text.data(), end, count);
  const bool is_age = unit != kSeconds.end() && parsed.ec == std::errc() && parsed.ptr == end && count >= 0 && count < 1'000'000'000;
  if (!is_age) return InvalidArgument("--older-than is no age such as 90s, 30m, 2h or 7d: \"" + text + "\"");
  return std::chrono::seconds(count * unit->second);
}

Result<cleanup::S3Folder> ParseFolder(const std::string& text) {
  SAGESPARK_ASSIGN_OR_RETURN(Uri uri, ParseUri(text));
  if (uri.scheme != "s3" || uri.authority.empty()) return InvalidArgument("--staging is no s3:// URI: \"" + text + "\"");
  return cleanup::S3Folder{.bucket = std::move(uri.authority), .prefix = std::move(uri.path)};
}

Result<cleanup::Selection> MakeSelection(const CleanOptions& options, const AwsClients& clients) {
  cleanup::Selection selection{.created_before = Clock::System().Now()};
  if (!options.older_than.empty()) {
    SAGESPARK_ASSIGN_OR_RETURN(const std::chrono::seconds age, ParseAge(options.older_than));
    selection.created_before -= age;
  }
  if (!options.run_id.empty()) {
    SAGESPARK_RETURN_IF_ERROR(cleanup::CheckRunId(options.run_id));
    selection.run_id = options.run_id;
  }
  SAGESPARK_ASSIGN_OR_RETURN(const auto identity, clients.sts->GetCallerIdentity());
  // Where fits stage their data by default.
  selection.folders.push_back({.bucket = identity.account + "-sagemaker-" + clients.region, .prefix = cleanup::RunFolder("")});
  for (const std::string& text : options.staging) {
    SAGESPARK_ASSIGN_OR_RETURN(cleanup::S3Folder folder, ParseFolder(text));
    selection.folders.push_back(std::move(folder));
  }
  return selection;
}

/// Goes on behind what cannot be removed; false when there was any.
bool Remove(const AwsClients& clients, const std::vector<cleanup::Leftover>& leftovers) {
  bool all_gone = true;
  for (const cleanup::Leftover& leftover : leftovers) {
    const Status removed = cleanup::RemoveLeftover(*clients.sagemaker, *clients.s3, leftover);
    if (removed.ok()) continue;
    std::cerr << "sagespark: " << removed.error().message() << "\n";
    all_gone = false;
  }
  return all_gone;
}

void Clean(const CleanOptions& options) {
  if (options.older_than.empty() && options.run_id.empty()) FailUnless(InvalidArgument("clean needs --older-than or --run"));
  const AwsClients clients = ValueOrFail(MakeAwsClients());
  const cleanup::Selection selection = ValueOrFail(MakeSelection(options, clients));
  const auto leftovers = ValueOrFail(cleanup::FindLeftovers(*clients.sagemaker, *clients.s3, selection));
  for (const auto& leftover : leftovers) {
    std::cout << (options.dry_run ? "would " : "") << cleanup::VerbFor(leftover.kind) << " " << cleanup::Describe(leftover) << "\n";
  }
  std::cout << leftovers.size() << " found" << (options.dry_run ? ", nothing changed" : "") << std::endl;
  if (!options.dry_run && !Remove(clients, leftovers)) throw CLI::RuntimeError(1);
}

}  // namespace

void AddClean(CLI::App& app) {
  const auto options = std::make_shared<CleanOptions>();
  CLI::App* command = app.add_subcommand(
      "clean", "Delete what runs left: endpoints, configurations, models and staging data with a run's mark; stop their jobs");
  command->add_option("--older-than", options->older_than, "Only what was created so long ago: 90s, 30m, 2h, 7d");
  command->add_option("--run", options->run_id, "Only this run's");
  command->add_option("--staging", options->staging, "Also look for runs' data below this s3:// folder; may be repeated");
  command->add_flag("--dry-run", options->dry_run, "Print what would be done, and do nothing");
  command->callback([options] { Clean(*options); });
}

}  // namespace sagespark::cli
