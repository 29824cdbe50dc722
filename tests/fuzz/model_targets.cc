#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <string>
#include <vector>

#include "sagespark/algo/kmeans/artifact.h"
#include "sagespark/algo/lda/artifact.h"
#include "sagespark/algo/pca/artifact.h"
#include "sagespark/base/archive/zip.h"
#include "sagespark/codec/mxnet/ndarray_file.h"
#include "sagespark/container/factorization_machines/factorization_machines_model_file.h"
#include "sagespark/container/linear_learner/linear_learner_model_file.h"
#include "sagespark/testing/temporary_folder.h"
#include "targets.h"

// Models, which anybody may bring in a model.tar.gz.
namespace sagespark::fuzz {
namespace {

using Entries = std::vector<archive::ZipEntry>;

void CheckFinite(const std::vector<float>& values) {
  for (const float value : values) SAGESPARK_CHECK(std::isfinite(value));
}

/// Whether zip archives can hold it: this is no test of their writer.
bool IsPlainName(std::string_view name) {
  const auto is_plain = [](char c) { return (c >= '-' && c <= '9' && c != '/') || (c >= 'A' && c <= 'z'); };
  return !name.empty() && std::all_of(name.begin(), name.end(), is_plain);
}

/// The archive of the entries that `bytes` tell, each as a line with its name and its length, then its content, and maybe a line end:
/// a zip's own checksums would keep mutations out of what is inside.
std::string ZipOf(std::string_view bytes) {
  Entries entries;
  while (!bytes.empty()) {
    const std::string_view head = bytes.substr(0, bytes.find('\n'));
    bytes.remove_prefix(std::min(bytes.size(), head.size() + 1));
    const std::string name(head.substr(0, head.find(' ')));
    const auto length = static_cast<size_t>(std::strtoul(std::string(head.substr(name.size())).c_str(), nullptr, 10));
    const std::string_view content = bytes.substr(0, length);
    if (IsPlainName(name)) entries.push_back({name, std::string(content)});
    bytes.remove_prefix(content.size());
    if (bytes.starts_with('\n')) bytes.remove_prefix(1);
  }
  return archive::WriteZip(entries);
}

}  // namespace

void ModelArrays(std::string_view bytes) {
  const auto arrays = codec::ReadNdArrays(bytes);
  if (!arrays.ok()) return;
  std::vector<algo::PcaArrayView> named;
  std::vector<algo::LdaArray> unnamed;
  for (const codec::NdArray& array : *arrays) {
    named.push_back({array.name, array.shape, array.values});
    unnamed.push_back({array.shape, array.values});
    const auto kmeans = algo::KMeansModelFromArray(array.shape, array.values);
    if (kmeans.ok()) CheckFinite(kmeans->centers.values());
  }
  const auto pca = algo::PcaModelFromArrays(named);
  if (pca.ok()) CheckFinite(pca->components.values());
  const auto lda = algo::LdaModelFromArrays(unnamed);
  if (lda.ok()) CheckFinite(lda->beta.values());
}

void FactorizationMachinesModel(std::string_view bytes) {
  const auto model = container::DecodeFactorizationMachinesModel(ZipOf(bytes));
  if (model.ok()) CheckFinite(model->weights().values());
}

void LinearLearnerModel(std::string_view bytes) {
  const TemporaryFolder directory;
  directory.Write(container::kLinearLearnerModelFile, ZipOf(bytes));
  const auto model = container::ReadLinearLearnerModel(directory.path());
  if (model.ok()) CheckFinite(model->weights.values());
}

}  // namespace sagespark::fuzz
