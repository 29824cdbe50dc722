#include <algorithm>
#include <iostream>
#include <memory>
#include <string>

#include "sagespark/base/json/value.h"
#include "sagespark/cli/command_support.h"
#include "sagespark/cli/commands.h"
#include "sagespark/cli/doctor/aws_checks.h"
#include "sagespark/cli/doctor/local_checks.h"
#include "sagespark/cli/table.h"

namespace sagespark::cli {
namespace {

struct DoctorOptions {
  bool aws = false;
  AwsPlan plan;
  std::string data_dir;
  OutputFormat output = OutputFormat::kTable;
};

const char* NameOf(Verdict verdict) {
  switch (verdict) {
    case Verdict::kOk: return "ok";
    case Verdict::kWarning: return "warning";
    case Verdict::kFailed: return "failed";
  }
  return "failed";
}

/// A line a check, and below it what to do. Sentences are too long for columns side by side.
void PrintLines(const Findings& findings) {
  size_t width = 0;
  for (const Finding& finding : findings.all()) width = std::max(width, finding.check.size());
  for (const Finding& finding : findings.all()) {
    const std::string verdict = NameOf(finding.verdict);
    std::cout << verdict << std::string(9 - verdict.size(), ' ') << finding.check << std::string(width + 2 - finding.check.size(), ' ')
              << finding.text << "\n";
    if (!finding.advice.empty()) std::cout << std::string(9 + width + 2, ' ') << "-> " << finding.advice << "\n";
  }
}

void PrintJson(const Findings& findings) {
  json::Array all;
  for (const Finding& finding : findings.all()) {
    all.push_back(json::Object{{"check", finding.check}, {"result", NameOf(finding.verdict)}, {"text", finding.text}, {"advice", finding.advice}});
  }
  std::cout << json::DumpPretty(json::Value(std::move(all))) << "\n";
}

void Examine(const DoctorOptions& options) {
  const Findings findings = options.aws ? CheckAws(options.plan) : CheckLocalCloud(options.data_dir);
  if (options.output == OutputFormat::kJson) {
    PrintJson(findings);
  } else {
    PrintLines(findings);
  }
  if (findings.any_failed()) throw CLI::RuntimeError(1);
}

}  // namespace

void AddDoctor(CLI::App& app) {
  const auto options = std::make_shared<DoctorOptions>();
  CLI::App* command = app.add_subcommand(
      "doctor", "Look whether the local cloud and this machine are fit for use, or with --aws what a fit would need on AWS; changes nothing");
  AddDataDir(*command, options->data_dir);
  AddOutputFormat(*command, options->output);
  CLI::Option* const aws = command->add_flag("--aws", options->aws, "Look at AWS: identity, role, permissions, bucket, image, quotas");
  AwsPlan& plan = options->plan;
  command->add_option("--role", plan.role_arn, "ARN of the execution role (else SAGEMAKER_ROLE, else the caller's own role)")->needs(aws);
  command->add_option("--bucket", plan.bucket, "The bucket of the data (else ACCOUNT-sagemaker-REGION, where fits stage theirs)")->needs(aws);
  command->add_option("--instance-type", plan.instance_type, "The instances that shall train and serve")->needs(aws)->capture_default_str();
  CLI::Option* const image = command->add_option("--image", plan.image, "The image that shall be used")->needs(aws);
  command->add_option("--algorithm", plan.algorithm, "The built-in algorithm whose image shall be used")->needs(aws)->excludes(image)->capture_default_str();
  command->callback([options] { Examine(*options); });
}

}  // namespace sagespark::cli
