"""XGBoost by its image with the SageMaker Python SDK: fit with the log, deploy, predict, batch transform. Prints JSON."""
import json
import os
import sys
import tempfile

import boto3
import numpy as np
import sagemaker
from sagemaker.deserializers import CSVDeserializer
from sagemaker.serializers import CSVSerializer

session = sagemaker.Session()
bucket = session.default_bucket()
rng = np.random.default_rng(3)
rows = rng.normal(0, 1, (600, 4))
labels = (rows[:, 0] * rows[:, 1] > 0).astype(int)

with tempfile.TemporaryDirectory() as folder:
    file = os.path.join(folder, "train.csv")
    np.savetxt(file, np.column_stack([labels, rows]), delimiter=",", fmt="%.6g")
    train = session.upload_data(file, key_prefix="sdk-xgboost/train")
    file = os.path.join(folder, "test.csv")
    np.savetxt(file, rows[:100], delimiter=",", fmt="%.17g")
    test = session.upload_data(file, key_prefix="sdk-xgboost/test")

estimator = sagemaker.estimator.Estimator(
    sagemaker.image_uris.retrieve("xgboost", session.boto_region_name, version="1.7-1"), role=sagemaker.get_execution_role(session),
    instance_count=1, instance_type="ml.m4.xlarge", output_path=f"s3://{bucket}/sdk-xgboost/out", sagemaker_session=session,
    hyperparameters={"objective": "binary:logistic", "num_round": 30, "eval_metric": "error"})
inputs = {name: sagemaker.inputs.TrainingInput(train, content_type="text/csv") for name in ("train", "validation")}
estimator.fit(inputs, logs=True)
sys.stdout.flush()

predictor = estimator.deploy(1, "ml.m4.xlarge", serializer=CSVSerializer(), deserializer=CSVDeserializer())
try:
    scores = np.array(predictor.predict(rows[:100])).astype(float).ravel()
finally:
    predictor.delete_model()
    predictor.delete_endpoint(delete_endpoint_config=True)

transformer = estimator.transformer(1, "ml.m4.xlarge", strategy="MultiRecord", assemble_with="Line",
                                    output_path=f"s3://{bucket}/sdk-xgboost/predictions")
transformer.transform(test, content_type="text/csv", split_type="Line", wait=True, logs=False)
reply = boto3.client("s3").get_object(Bucket=bucket, Key="sdk-xgboost/predictions/test.csv.out")["Body"].read().decode()
batch = np.array(reply.split()).astype(float)
transformer.delete_model()

print("\n" + json.dumps({
    "accuracy": float(((scores > 0.5) == labels[:100]).mean()),
    "batch_differs_by": float(np.abs(batch - scores).max()),
    "rows": len(batch),
}))
