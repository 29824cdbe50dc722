#include <fstream>
#include <iostream>
#include <iterator>
#include <memory>
#include <string>

#include "sagespark/aws/client/for_each_page.h"
#include "sagespark/base/clock.h"
#include "sagespark/cli/aws_clients.h"
#include "sagespark/cli/command_support.h"
#include "sagespark/cli/commands.h"
#include "sagespark/cli/table.h"

namespace sagespark::cli {
namespace {

constexpr size_t kMaxBodyBytes = 6 << 20;  // SageMaker's own limit.

struct InvokeOptions {
  std::string endpoint;
  std::string file;
  std::string content_type = "text/csv";
  std::string accept;
  std::string variant;
};

Status ListEndpoints(aws::SageMakerClient& client, Table& table) {
  return aws::ForEachPage(
      aws::sagemaker::ListEndpointsRequest{}, [&](const auto& request) { return client.ListEndpoints(request); },
      [&](const auto& page) {
        for (const auto& endpoint : page.endpoints) {
          table.Add({endpoint.endpoint_name, endpoint.endpoint_status, FormatIso8601(endpoint.creation_time),
                     FormatIso8601(endpoint.last_modified_time)});
        }
        return Status::Ok();
      });
}

Result<std::string> ReadBody(std::istream& in, const std::string& name) {
  if (!in) return NotFound("File does not open: " + name);
  std::string body(kMaxBodyBytes + 1, '\0');
  in.read(body.data(), static_cast<std::streamsize>(body.size()));
  body.resize(static_cast<size_t>(in.gcount()));
  if (body.size() > kMaxBodyBytes) return ResourceLimit("Body is over 6 MiB, which is the most that an endpoint takes: " + name);
  return body;
}

Result<std::string> BodyOf(const std::string& file) {
  if (file == "-") return ReadBody(std::cin, "standard input");
  std::ifstream in(file, std::ios::binary);
  return ReadBody(in, file);
}

void Invoke(const InvokeOptions& options) {
  aws::InvokeEndpointRequest request{.endpoint_name = options.endpoint,
                                     .body = ValueOrFail(BodyOf(options.file)),
                                     .content_type = options.content_type,
                                     .accept = options.accept,
                                     .target_variant = options.variant};
  const AwsClients clients = ValueOrFail(MakeAwsClients());
  std::cout << ValueOrFail(clients.runtime->InvokeEndpoint(std::move(request))).body << std::flush;
}

}  // namespace

void AddEndpoints(CLI::App& app) {
  const auto format = std::make_shared<OutputFormat>(OutputFormat::kTable);
  CLI::App* command = app.add_subcommand("endpoints", "List endpoints, newest first");
  AddOutputFormat(*command, *format);
  command->callback([format] {
    const AwsClients clients = ValueOrFail(MakeAwsClients());
    Table table({"name", "status", "created", "changed"});
    FailUnless(ListEndpoints(*clients.sagemaker, table));
    table.Print(std::cout, *format);
  });
}

void AddInvoke(CLI::App& app) {
  const auto options = std::make_shared<InvokeOptions>();
  CLI::App* command = app.add_subcommand("invoke", "Send a file to an endpoint and print its answer");
  command->add_option("endpoint", options->endpoint, "The endpoint's name")->required();
  command->add_option("file", options->file, "The request's body; - for standard input")->required();
  command->add_option("--content-type", options->content_type, "What the body is")->capture_default_str();
  command->add_option("--accept", options->accept, "What the answer is to be; else the model chooses");
  command->add_option("--variant", options->variant, "Of several production variants, this one");
  command->callback([options] { Invoke(*options); });
}

}  // namespace sagespark::cli
