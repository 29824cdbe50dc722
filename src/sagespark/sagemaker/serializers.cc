#include "sagespark/sagemaker/serializers.h"

#include "sagespark/codec/prediction_deserializers.h"
#include "sagespark/codec/protobuf_request_row_serializer.h"
#include "sagespark/codec/protobuf_response_row_deserializer.h"
#include "sagespark/codec/text_request_row_serializers.h"

namespace sagespark::sagemaker {

ProtobufRequestRowSerializer::operator std::shared_ptr<const codec::RequestRowSerializer>() const {
  return std::make_shared<codec::ProtobufRequestRowSerializer>(featuresColumnName);
}

LibSVMRequestRowSerializer::operator std::shared_ptr<const codec::RequestRowSerializer>() const {
  return std::make_shared<codec::LibSVMRequestRowSerializer>(labelColumnName, featuresColumnName);
}

UnlabeledLibSVMRequestRowSerializer::operator std::shared_ptr<const codec::RequestRowSerializer>() const {
  return std::make_shared<codec::UnlabeledLibSVMRequestRowSerializer>(featuresColumnName);
}

UnlabeledCSVRequestRowSerializer::operator std::shared_ptr<const codec::RequestRowSerializer>() const {
  return std::make_shared<codec::UnlabeledCSVRequestRowSerializer>(featuresColumnName);
}

LinearLearnerBinaryClassifierProtobufResponseRowDeserializer::operator std::shared_ptr<
    const codec::ResponseRowDeserializer>() const {
  return std::make_shared<codec::LinearLearnerBinaryClassifierProtobufResponseRowDeserializer>(scoreColumnName,
                                                                                              predictedLabelColumnName);
}

LinearLearnerMultiClassClassifierProtobufResponseRowDeserializer::operator std::shared_ptr<
    const codec::ResponseRowDeserializer>() const {
  return std::make_shared<codec::LinearLearnerMultiClassClassifierProtobufResponseRowDeserializer>(
      scoreColumnName, predictedLabelColumnName);
}

LinearLearnerRegressorProtobufResponseRowDeserializer::operator std::shared_ptr<const codec::ResponseRowDeserializer>()
    const {
  return std::make_shared<codec::LinearLearnerRegressorProtobufResponseRowDeserializer>(scoreColumnName);
}

KMeansProtobufResponseRowDeserializer::operator std::shared_ptr<const codec::ResponseRowDeserializer>() const {
  return std::make_shared<codec::KMeansProtobufResponseRowDeserializer>(distanceToClusterColumnName,
                                                                        closestClusterColumnName);
}

LDAProtobufResponseRowDeserializer::operator std::shared_ptr<const codec::ResponseRowDeserializer>() const {
  return std::make_shared<codec::LDAProtobufResponseRowDeserializer>(projectionColumnName);
}

XGBoostCSVRowDeserializer::operator std::shared_ptr<const codec::ResponseRowDeserializer>() const {
  return std::make_shared<codec::XGBoostCSVRowDeserializer>(predictionColumnName);
}

XGBoostCSVVectorRowDeserializer::operator std::shared_ptr<const codec::ResponseRowDeserializer>() const {
  return std::make_shared<codec::XGBoostCSVVectorRowDeserializer>(predictionColumnName);
}

FactorizationMachinesBinaryClassifierDeserializer::operator std::shared_ptr<const codec::ResponseRowDeserializer>()
    const {
  return std::make_shared<codec::FactorizationMachinesBinaryClassifierDeserializer>(scoreColumnName,
                                                                                    predictedLabelColumnName);
}

FactorizationMachinesRegressorDeserializer::operator std::shared_ptr<const codec::ResponseRowDeserializer>() const {
  return std::make_shared<codec::FactorizationMachinesRegressorDeserializer>(scoreColumnName);
}

PCAProtobufResponseRowDeserializer::operator std::shared_ptr<const codec::ResponseRowDeserializer>() const {
  return std::make_shared<codec::PCAProtobufResponseRowDeserializer>(projectionColumnName);
}

ProtobufResponseRowDeserializer::operator std::shared_ptr<const codec::ResponseRowDeserializer>() const {
  return std::make_shared<codec::ProtobufResponseRowDeserializer>(schema.fields(), protobufKeys);
}

}  // namespace sagespark::sagemaker
