#include "sagespark/server/jobs/image_reference.h"

namespace sagespark::server {
namespace {

constexpr int kRepositoryFits = 1;
constexpr int kRegistryFits = 2;
constexpr int kTagFits = 4;
constexpr int kDigestFits = 8;

bool IsRegistry(std::string_view part) { return part == "localhost" || part.find_first_of(".:") != std::string_view::npos; }

}  // namespace

ImageReference ParseImageReference(std::string_view uri) {
  ImageReference reference;
  if (const size_t at = uri.find('@'); at != std::string_view::npos) {
    reference.digest = uri.substr(at + 1);
    uri = uri.substr(0, at);
  }
  if (const size_t slash = uri.find('/'); slash != std::string_view::npos && IsRegistry(uri.substr(0, slash))) {
    reference.registry = uri.substr(0, slash);
    uri.remove_prefix(slash + 1);
  }
  const size_t colon = uri.rfind(':');
  reference.repository = uri.substr(0, colon);
  if (colon != std::string_view::npos) reference.tag = uri.substr(colon + 1);
  return reference;
}

int FitOf(const ImageReference& pattern, const ImageReference& image) {
  if (pattern.repository != image.repository) return 0;
  int fit = kRepositoryFits;
  if (!pattern.registry.empty()) {
    if (pattern.registry != image.registry) return 0;
    fit += kRegistryFits;
  }
  if (!pattern.tag.empty()) {
    const bool has_no_version = image.tag.empty() && image.digest.empty();
    if (pattern.tag != (has_no_version ? "latest" : image.tag)) return 0;
    fit += kTagFits;
  }
  if (!pattern.digest.empty()) {
    if (pattern.digest != image.digest) return 0;
    fit += kDigestFits;
  }
  return fit;
}

}  // namespace sagespark::server
