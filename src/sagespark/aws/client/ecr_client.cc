#include "sagespark/aws/client/ecr_client.h"

#include "sagespark/aws/client/json_client.h"

namespace sagespark::aws {
namespace {

class Client final : public EcrClient {
 public:
  explicit Client(std::shared_ptr<const ClientContext> context)
      : client_(std::move(context), Service::kEcr, "AmazonEC2ContainerRegistry_V20150921") {}

  Status BatchGetImage(const EcrImage& image, const CallOptions& options) override {
    const json::Object id = image.digest.empty() ? json::Object{{"imageTag", image.tag}} : json::Object{{"imageDigest", image.digest}};
    const json::Object request{{"registryId", image.registry_id}, {"repositoryName", image.repository}, {"imageIds", json::Array{id}}};
    SAGESPARK_ASSIGN_OR_RETURN(const json::Value reply, client_.Call("BatchGetImage", request, options));
    const json::Value* failures = reply.Find("failures");
    if (failures != nullptr && failures->if_array() != nullptr && !failures->if_array()->empty()) {
      const json::Value& failure = failures->if_array()->front();
      const auto code = failure.GetString("failureCode");
      const auto reason = failure.GetString("failureReason");
      return Error(ErrorKind::kNotFound, "BatchGetImage failed: " + (reason.ok() ? *reason : "the registry does not say why"),
                   code.ok() ? *code : "");
    }
    const json::Value* images = reply.Find("images");
    const bool is_there = images != nullptr && images->if_array() != nullptr && !images->if_array()->empty();
    return is_there ? Status::Ok() : Status(CorruptData("BatchGetImage failed: the reply has neither an image nor a failure"));
  }

 private:
  JsonClient client_;
};

}  // namespace

std::shared_ptr<EcrClient> MakeEcrClient(std::shared_ptr<const ClientContext> context) {
  return std::make_shared<Client>(std::move(context));
}

}  // namespace sagespark::aws
