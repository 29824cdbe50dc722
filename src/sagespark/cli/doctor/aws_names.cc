#include "sagespark/cli/doctor/aws_names.h"

#include <array>

#include "sagespark/server/jobs/image_reference.h"

namespace sagespark::cli {
namespace {

constexpr std::string_view kRegistryMiddle = ".dkr.ecr.";

/// Cuts off and returns what stands before `separator`; all of it without one.
std::string_view CutFront(std::string_view& text, std::string_view separator) {
  const size_t end = text.find(separator);
  const std::string_view front = text.substr(0, end);
  text.remove_prefix(end == text.npos ? text.size() : end + separator.size());
  return front;
}

Error NotOfAmazonsRegistry(std::string_view uri) {
  return InvalidArgument("Image is not of Amazon's container registry, and SageMaker takes no other: " + std::string(uri));
}

}  // namespace

Result<Arn> ParseArn(std::string_view text) {
  std::string_view rest = text;
  std::array<std::string, 5> fields;
  for (std::string& field : fields) field = CutFront(rest, ":");
  if (fields[0] != "arn" || fields[1].empty() || fields[2].empty() || rest.empty()) {
    return InvalidArgument("Not an ARN: \"" + std::string(text) + "\"");
  }
  return Arn{fields[1], fields[2], fields[3], fields[4], std::string(rest)};
}

Result<std::string> RoleNameOf(const Arn& arn) {
  const size_t slash = arn.resource.rfind('/');
  const std::string name = slash == std::string::npos ? "" : arn.resource.substr(slash + 1);
  if (arn.service != "iam" || !arn.resource.starts_with("role/") || name.empty()) {
    return InvalidArgument("Not the ARN of a role, arn:aws:iam::ACCOUNT:role/NAME: \"" + arn.resource + "\"");
  }
  return name;
}

std::string AssumedRoleOf(const Arn& caller) {
  std::string_view rest = caller.resource;
  if (caller.service != "sts" || CutFront(rest, "/") != "assumed-role") return "";
  return std::string(CutFront(rest, "/"));
}

Result<RegistryImage> ParseRegistryImage(std::string_view uri) {
  const server::ImageReference reference = server::ParseImageReference(uri);
  std::string_view rest = reference.registry;
  const std::string_view account = CutFront(rest, kRegistryMiddle);
  const std::string_view region = CutFront(rest, ".");
  const bool is_amazons = account.size() == 12 && !region.empty() && rest.starts_with("amazonaws.com");
  if (!is_amazons || reference.repository.empty()) return NotOfAmazonsRegistry(uri);
  const bool names_none = reference.tag.empty() && reference.digest.empty();
  return RegistryImage{{.registry_id = std::string(account),
                        .repository = reference.repository,
                        .tag = names_none ? "latest" : reference.tag,
                        .digest = reference.digest},
                       std::string(region)};
}

}  // namespace sagespark::cli
